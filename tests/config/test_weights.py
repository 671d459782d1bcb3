from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given, strategies as st

from tfodkit.config.weights import LARGEST, drawn_groups, format_weights, group_weights, parse_weights
from tfodkit.errors import UsageError
from tfodkit.records.manifest import BACKGROUND, RecordFile, RecordGroup

CLASSES = ("bagel", "mug", "tray")
NAMES = st.text(st.characters(exclude_characters=",", exclude_categories=("Cs", "Cc")), min_size=1).map(str.strip)


@pytest.fixture
def files(record_group: Callable[..., RecordGroup]) -> list[RecordGroup]:
    counts = {"bagel": 80, "mug": 20, BACKGROUND: 25}
    return [record_group(group=name, images=images) for name, images in counts.items()]


@given(st.dictionaries(NAMES.filter(bool), st.floats(0, LARGEST), min_size=1))
def test_weights_read_back_as_written(weights: dict[str, float]) -> None:
    assert parse_weights(format_weights(weights)) == weights


def test_a_class_name_may_hold_an_equals_sign() -> None:
    assert parse_weights("a=b=2, mug = 1.5") == {"a=b": 2.0, "mug": 1.5}


def test_without_weights_every_image_is_drawn_equally_often(files: list[RecordGroup]) -> None:
    drawn = drawn_groups(files, group_weights(files, None, CLASSES))
    assert [record.share / record.images for record in drawn] == pytest.approx([1 / 125] * 3)


def test_balanced_draws_classes_equally_and_background_by_its_images(files: list[RecordGroup]) -> None:
    drawn = drawn_groups(files, group_weights(files, "balanced", CLASSES))
    assert [record.share for record in drawn] == pytest.approx([0.4, 0.4, 0.2])


def test_balanced_never_draws_background_oftener_than_a_class(record_group: Callable[..., RecordGroup]) -> None:
    files = [record_group(group=name, images=images) for name, images in (("mug", 1), (BACKGROUND, 999))]
    assert group_weights(files, "balanced", CLASSES) == (1.0, 1.0)


def test_balanced_with_nothing_but_background(record_group: Callable[..., RecordGroup]) -> None:
    assert group_weights([record_group(group=BACKGROUND)], "balanced", CLASSES) == (1.0,)


@pytest.mark.parametrize("weights", ["mug=1.5,background=0", {"mug": 1.5, "background": 0.0}])
def test_given_weights_stand_and_the_rest_are_one(files: list[RecordGroup], weights: str | dict[str, float]) -> None:
    assert group_weights(files, weights, CLASSES) == (1.0, 1.5, 0.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mugg=2", "--weights mugg: there is no class 'mugg' in the records. Did you mean mug?"),
        (
            "tray=2",
            (
                "--weights tray: the class 'tray' has no training record: each of its images has a rarer class, "
                "and lies in that one's. Weight one of: background, bagel, mug."
            ),
        ),
        (
            "mug=-1",
            (
                "--weights mug=-1: a weight must be 0 to 1,000,000, but got -1. "
                "Give a positive number, or 0 to leave the group out."
            ),
        ),
        (
            "mug=nan",
            (
                "--weights mug=nan: a weight must be 0 to 1,000,000, but got nan. "
                "Give a positive number, or 0 to leave the group out."
            ),
        ),
        (
            "mug=lots",
            (
                "--weights mug=lots: a weight must be a number, but got 'lots'. "
                "Write --weights bagel=1.5,mug=1, or balanced, sqrt or effective-number:0.999."
            ),
        ),
        (
            "balance",
            (
                "--weights balance: 'balance' is no class=number. "
                "Write --weights bagel=1.5,mug=1, or balanced, sqrt or effective-number:0.999."
            ),
        ),
        *(
            (
                f"effective-number{beta}",
                (
                    f"--weights effective-number{beta}: beta must be 0 or more and below 1, but got {beta[1:]!r}. "
                    "Write --weights effective-number:0.999."
                ),
            )
            for beta in ("", ":", ":1", ":-0.1", ":nan", ":much")
        ),
        ("mug=1,mug=2", "--weights mug=1,mug=2: 'mug' stands twice. Give each class one weight."),
        (
            "bagel=0,mug=0,background=0",
            (
                "--weights bagel=0,mug=0,background=0: no group is left with a weight above 0. "
                "Give one group at least a weight above 0."
            ),
        ),
    ],
)
def test_weights_that_can_not_be_meant(files: list[RecordGroup], text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        group_weights(files, text, CLASSES)
    assert str(caught.value) == message


def test_groups_that_are_no_classes_are_weighed_by_their_names(record_group: Callable[..., RecordGroup]) -> None:
    groups = [record_group(group=name, images=images) for name, images in (("kitchen", 9), (BACKGROUND, 1))]
    assert group_weights(groups, "kitchen=3", ()) == (3.0, 1.0)
    assert group_weights(groups, "balanced", ()) == (1.0, 1.0)
    with pytest.raises(UsageError, match=r"there is no group 'kitchn' in the records\. Did you mean kitchen\?"):
        group_weights(groups, "kitchn=3", ())


def test_a_group_in_shards_has_one_weight(record_file: Callable[..., RecordFile]) -> None:
    names = [f"train_mug.record-{number:05}-of-00002" for number in range(2)]
    groups = [RecordGroup(tuple(record_file(name=name, images=30) for name in names))]
    (drawn,) = drawn_groups(groups, group_weights(groups, None, CLASSES))
    assert (drawn.pattern, drawn.images, drawn.boxes) == ("train_mug.record-?????-of-00002", 60, 40)
    assert (drawn.weight, drawn.share) == (60, 1)


def test_fourteen_classes_keep_their_order(record_group: Callable[..., RecordGroup]) -> None:
    names = [f"class{number:02}" for number in range(14)]
    weights = dict.fromkeys(names[::3], 1.5)
    files = [record_group(group=name) for name in names]
    result = group_weights(files, weights, names)
    assert result == tuple(1.5 if number % 3 == 0 else 1.0 for number in range(14))
    assert math.isclose(sum(record.share for record in drawn_groups(files, result)), 1)


def test_square_roots_lie_between_images_and_classes(files: list[RecordGroup]) -> None:
    weights = group_weights(files, "sqrt", CLASSES)
    assert weights == pytest.approx((80**0.5, 20**0.5, (80**0.5 + 20**0.5) / 4), rel=1e-5)


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.999])
def test_the_effective_number_is_the_sum_that_the_paper_takes_it_from(files: list[RecordGroup], beta: float) -> None:
    """Cui et al. 2019, equation 2: 1 + β + β^2 + … of n terms; a sample counts for one over it."""
    weights = group_weights(files[:2], f"effective-number:{beta}", CLASSES)
    assert weights == pytest.approx([n / sum(beta**power for power in range(n)) for n in (80, 20)], rel=1e-5)


def test_the_effective_number_ends_at_balanced(files: list[RecordGroup]) -> None:
    weights = group_weights(files, "effective-number:0.999999999", CLASSES)
    assert weights == pytest.approx(group_weights(files, "balanced", CLASSES), rel=1e-5)


def test_folders_are_ruled_without_a_background(record_group: Callable[..., RecordGroup]) -> None:
    groups = [record_group(group=name, images=images) for name, images in (("kitchen", 9), (BACKGROUND, 1))]
    assert group_weights(groups, "sqrt", ()) == (3.0, 1.0)

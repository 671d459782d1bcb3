from __future__ import annotations

from collections.abc import Callable

import pytest

from tfodkit.config.drawn import drawn_classes, drawn_too_often
from tfodkit.config.weights import drawn_groups
from tfodkit.records.manifest import RecordFile, RecordGroup


@pytest.fixture
def groups(record_file: Callable[..., RecordFile]) -> list[RecordGroup]:
    """100 images of two bagels each; 4 mugs, of which 2 have 3 bagels beside them; in two shards."""
    bagels = record_file(
        name="train_bagel.record", group="bagel", images=100, boxes=(("bagel", 200),), images_with=(("bagel", 100),)
    )
    shards = [
        record_file(
            name=f"train_mug.record-{number:05}-of-00002",
            images=2,
            boxes=(("bagel", 3), ("mug", 2)),
            images_with=(("bagel", 1), ("mug", 2)),
        )
        for number in range(2)
    ]
    return [RecordGroup((bagels,)), RecordGroup(tuple(shards))]


def test_a_class_is_seen_in_every_group_that_holds_it(groups: list[RecordGroup]) -> None:
    bagel, mug, tray = drawn_classes(groups, drawn_groups(groups, (1.0, 3.0)), ("bagel", "mug", "tray"))
    assert (bagel.images, bagel.boxes, mug.images, mug.boxes, tray.boxes) == (102, 206, 4, 4, 0)
    assert (bagel.image_share, mug.image_share, tray.image_share) == pytest.approx((0.25 + 0.75 / 2, 0.75, 0))
    drawn = (0.25 * 2 + 0.75 * 1.5, 0.75 * 1)
    assert (bagel.box_share, mug.box_share, tray.box_share) == pytest.approx((*(x / sum(drawn) for x in drawn), 0))


def test_few_images_drawn_very_often_are_warned_of(groups: list[RecordGroup]) -> None:
    assert drawn_too_often(drawn_groups(groups, (1.0, 1.0)), epochs=10) == [
        (
            "each of the 4 images of train_mug.record-?????-of-00002 is drawn 25 times as often as one of "
            "train_bagel.record, 130 times in the run, and may be learned by heart"
        )
    ]


@pytest.mark.parametrize("weights", [(1.0, 0.8), (100.0, 4.0), (1.0, 0.0), (0.0, 1.0)])
def test_up_to_twenty_times_as_often_is_left_to_the_user(groups: list[RecordGroup], weights: tuple[float, ...]) -> None:
    assert drawn_too_often(drawn_groups(groups, weights), epochs=10) == []

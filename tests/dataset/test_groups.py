"""Images that belong together: by content, by look, by name."""

from dataclasses import replace

import pytest
from builders import make_image_annotation, shared_data
from hypothesis import given, strategies as st

from tfodkit.dataset.groups import (
    alike_images,
    equal_images,
    group_images,
    images_grouped_by,
    images_not_grouped,
    merged_groups,
)
from tfodkit.dataset.source import open_source
from tfodkit.dataset.survey import SurveyedImage, survey
from tfodkit.errors import UsageError
from tfodkit.images.facts import ImageFacts

LOOK = 0x8123_4567_89AB_CDEF


def surveyed(name, content=None, look=None):
    folder, _, file = name.rpartition("/")
    facts = ImageFacts("JPEG", 40, 30, 1, 99, (content or name).encode(), 0, look)
    return SurveyedImage(make_image_annotation(file, subfolder=folder), facts)


def test_files_with_the_same_bytes_are_named_together():
    contents = {"a": "1", "b": "2", "x/c": "1", "d": "22", "e": "1", "f": "33", "g": "22"}
    images = [surveyed(name, content) for name, content in reversed(contents.items())]
    assert equal_images(images) == [["a", "e", "x/c"], ["d", "g"]]
    unreadable = [replace(image, facts=replace(image.facts, sha256=b"")) for image in images]
    assert equal_images(unreadable) == []


def test_pictures_that_look_nearly_equal_are_named_together():
    images = [surveyed("a", look=LOOK), surveyed("b", look=~LOOK % 2**64), surveyed("c"), surveyed("d", look=LOOK ^ 3)]
    assert alike_images(images) == [["a", "d"]]
    assert alike_images([replace(image, facts=replace(image.facts, look=None)) for image in images]) == []


@pytest.mark.parametrize(
    ("by", "groups", "alone"),
    [
        (r"(cam\d)_", [["1/cam1_7.jpg", "cam1_1.jpg", "cam1_2.jpg"]], ["1/x.jpg"]),
        (r"cam\d_\d", [], ["1/x.jpg"]),
        (r"cam\d", [["1/cam1_7.jpg", "cam1_1.jpg", "cam1_2.jpg"]], ["1/x.jpg"]),
        (r"^(?:cam(1)|.*x)", [["cam1_1.jpg", "cam1_2.jpg"]], ["1/cam1_7.jpg", "1/x.jpg", "cam2_1.jpg"]),
        ("folder", [["1/cam1_7.jpg", "1/x.jpg"]], ["cam1_1.jpg", "cam1_2.jpg", "cam2_1.jpg"]),
    ],
)
def test_images_are_grouped_by_an_expression_or_by_folder(by, groups, alone):
    names = ["cam1_1.jpg", "cam1_2.jpg", "cam2_1.jpg", "1/cam1_7.jpg", "1/x.jpg"]
    assert images_grouped_by(names, by) == (groups, alone)


def test_images_that_are_in_no_group_are_named():
    images = [surveyed("cam1_1.jpg"), surveyed("x.jpg"), surveyed("1/cam1_2.jpg")]
    (finding,) = images_not_grouped(images, r"(cam\d)_")
    assert str(finding.problem) == (
        r"x.jpg: '(cam\\d)_' is not found in the image's name. "
        "They are drawn one by one; if they belong together, widen the expression. [TFK511]"
    )
    assert [(found.place, found.what) for found in images_not_grouped(images, "folder")] == [
        ("cam1_1.jpg", "the image lies in no folder"),
        ("x.jpg", "the image lies in no folder"),
    ]


def test_what_is_no_expression_is_a_usage_error():
    with pytest.raises(
        UsageError, match=r"--group-by: '\(cam' is no regular expression: missing \), .*Pass folder, or"
    ):
        images_grouped_by(["a"], "(cam")


def test_all_reasons_add_up():
    images = [
        surveyed("a.jpg", "1", LOOK),
        surveyed("b.jpg", "1"),
        surveyed("v/c.jpg", look=LOOK ^ 1),
        surveyed("v/d.jpg"),
        surveyed("e.jpg"),
    ]
    assert group_images(images) == [["a.jpg", "b.jpg", "v/c.jpg"]]
    assert group_images(images, near_duplicates=False) == [["a.jpg", "b.jpg"]]
    assert group_images(images, by="folder") == [["a.jpg", "b.jpg", "v/c.jpg", "v/d.jpg"]]


@given(st.lists(st.lists(st.integers(0, 20).map(str), max_size=5), max_size=12), st.randoms())
def test_merged_groups_are_the_connected_ones(groups, order):
    merged = merged_groups(iter(group) for group in groups)
    names = [name for group in merged for name in group]
    assert len(names) == len(set(names))
    assert merged == sorted(sorted(group) for group in merged)
    assert all(len(group) > 1 for group in merged)
    reachable = {name: {name} for group in groups for name in group}  # the slow way
    for _ in range(len(groups) + 1):
        for group in groups:
            together = set().union(*(reachable[name] for name in group))
            reachable |= dict.fromkeys(together, together)
    assert merged == sorted(
        sorted(group) for group in {frozenset(group) for group in reachable.values()} if len(group) > 1
    )
    assert merged_groups(order.sample(groups, len(groups))) == merged


def test_the_raccoons_have_four_pairs():
    root = shared_data("raccoon")
    assert equal_images(survey(open_source(root / "images", root / "annotations", None), decode=False).images) == [
        ["raccoon-11.jpg", "raccoon-116.jpg"],
        ["raccoon-120.jpg", "raccoon-83.jpg"],
        ["raccoon-52.jpg", "raccoon-74.jpg"],
        ["raccoon-65.jpg", "raccoon-98.jpg"],
    ]

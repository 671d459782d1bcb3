"""What is wrong with a data set as a whole is found, and named where somebody can look."""

from dataclasses import replace
from pathlib import Path

import pytest
from builders import make_image_annotation

from tfodkit.dataset.checks import (
    check_images,
    images_without_objects,
    labels_alike,
    looks_like,
    rare_classes,
    repeated_images,
)
from tfodkit.dataset.rules import IMAGES_EQUAL
from tfodkit.dataset.survey import SurveyedImage
from tfodkit.images.facts import ImageFacts


def annotations(*labels):
    return [
        make_image_annotation(f"{number}.jpg", found, source=Path(f"{number}.xml"))
        for number, found in enumerate(labels)
    ]


def told(findings):
    return [(finding.code, finding.place, finding.what) for finding in findings]


def test_each_image_but_the_first_is_named_with_it():
    paths = {name: Path(f"in/{name}.jpg") for name in "abcd"}
    findings = list(repeated_images([["a", "c", "d"]], paths, IMAGES_EQUAL, "the file has the same content as"))
    assert told(findings) == [
        ("TFK501", "c.jpg", "the file has the same content as a"),
        ("TFK501", "d.jpg", "the file has the same content as a"),
    ]
    assert str(findings[0].problem) == (
        "in/c.jpg: the file has the same content as a. Keep one of them; they stay in one split. [TFK501]"
    )


def test_a_class_in_few_images_is_rare_however_many_boxes_it_has():
    found = annotations(["mug", "cup", "cup", "cup"], ["mug"], ["mug", "bagel"])
    assert told(rare_classes(found, 3)) == [
        ("TFK503", '2.xml class "bagel"', "the class is in 1 image, fewer than 3"),
        ("TFK503", '0.xml class "cup"', "the class is in 1 image, fewer than 3"),
    ]
    assert told(rare_classes(found, 1)) == []


def test_images_without_objects_are_named():
    assert told(images_without_objects(annotations(["mug"], []))) == [
        ("TFK504", "1.xml", "no object is marked in the image")
    ]


@pytest.mark.parametrize(
    ("label", "other", "code", "spelled"),
    [
        ("mug", "Mug", "TFK403", '"Mug"'),
        ("straße", "STRASSE", "TFK404", '"STRASSE"'),
        ("café", "cafe\u0301", "TFK404", '"cafe\u0301" (cafe\\u0301)'),
        ("mug", "\uff4d\uff55\uff47", "TFK404", '"\uff4d\uff55\uff47" (\\uff4d\\uff55\\uff47)'),
        ("file", "ﬁle", "TFK404", '"ﬁle" (\\ufb01le)'),
        ("mug", "mu\u200bg", "TFK404", '"mu\u200bg" (mu\\u200bg)'),
        ("red mug", "red\u00a0mug", "TFK404", '"red\u00a0mug" (red\\xa0mug)'),
        ("red mug", "red  mug", "TFK404", '"red  mug"'),
        ("mug", "Mu\u00adg", "TFK404", '"Mu\u00adg" (Mu\\xadg)'),
    ],
)
def test_labels_that_look_alike_are_named(label, other, code, spelled):
    (finding,) = labels_alike(annotations([label], [other], [label]))
    assert (finding.code, finding.path, finding.subject) == (code, Path("1.xml"), f'class "{other}"')
    assert finding.what.startswith(f"{spelled} is in 1 image, ")
    assert finding.what.endswith(" in 2 images")
    assert looks_like(label) == looks_like(other)


def test_the_commonest_of_many_is_the_one_to_compare_with():
    found = list(labels_alike(annotations(["MUG"], ["mug"], ["mug"], ["Mug"], ["cup"], ["cub"])))
    assert [(finding.subject, finding.place.split()[0]) for finding in found] == [
        ('class "MUG"', "0.xml"),
        ('class "Mug"', "3.xml"),
    ]
    assert [finding.what for finding in labels_alike(annotations(["b"], ["B"]))] == [
        '"b" is in 1 image, "B" in 1 image'
    ]


def test_all_checks_in_one_go():
    look = 0x8123_4567_89AB_CDEF
    facts = ImageFacts("JPEG", 40, 30, 1, 99, b"1", 0, look)
    images = [
        SurveyedImage(item, replace(facts, sha256=content, look=look ^ change))
        for item, content, change in zip(
            annotations(["mug"], ["mug"], ["Mug"], []), (b"1", b"1", b"2", b"3"), (0, 0, 1, 0xFFFF_FFFF), strict=True
        )
    ]
    assert told(check_images(images, few_images=2)) == [
        ("TFK501", "1.jpg", "the file has the same content as 0.jpg"),
        ("TFK502", "2.jpg", "the picture looks nearly like 0.jpg"),
        ("TFK503", '2.xml class "Mug"', "the class is in 1 image, fewer than 2"),
        ("TFK504", "3.xml", "no object is marked in the image"),
        ("TFK403", '2.xml class "Mug"', '"Mug" is in 1 image, "mug" in 2 images'),
    ]

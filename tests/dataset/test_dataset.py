"""A folder becomes a data set: complete, in one order, or refused with every problem."""

import random
from collections import Counter
from pathlib import Path

import pytest
from builders import cafe_folder, draw_image, label_folder, label_image, make_image_annotation, make_object, shared_data

from tfodkit.dataset import Dataset, read_dataset
from tfodkit.dataset.dataset import home_class
from tfodkit.errors import DataError


def test_images_are_sorted_by_name_however_the_disk_lists_them(tmp_path, monkeypatch):
    cafe_folder(tmp_path)
    expected = read_dataset(tmp_path)
    original = Path.iterdir

    def shuffled(folder):
        paths = list(original(folder))
        random.Random(1).shuffle(paths)
        return iter(paths)

    monkeypatch.setattr(Path, "iterdir", shuffled)
    assert read_dataset(tmp_path) == expected
    assert [item.image.name for item in expected.annotations] == [f"tray_{number:02}.jpg" for number in range(12)]


def test_the_xml_may_lie_in_another_folder(tmp_path):
    label_image(tmp_path / "images" / "a.png", make_object("mug"), annotations=tmp_path / "xml")
    (annotation,) = read_dataset(tmp_path / "images", tmp_path / "xml").annotations
    assert (annotation.image, annotation.source) == (tmp_path / "images" / "a.png", tmp_path / "xml" / "a.xml")


def test_the_images_names_give_the_order_not_the_xmls(tmp_path):
    label_folder(tmp_path, {"a.jpg": ["mug"], "b.jpg": ["mug"]})
    (tmp_path / "a.xml").rename(tmp_path / "z.xml")
    assert [item.image.name for item in read_dataset(tmp_path).annotations] == ["a.jpg", "b.jpg"]


def test_images_without_xml_are_left_out_by_name(tmp_path):
    cafe_folder(tmp_path)
    draw_image(tmp_path / "later.png")
    (left_out,) = read_dataset(tmp_path).left_out
    assert (left_out.reason, left_out.where) == ("images without an annotation", "later.png")


def test_an_image_can_not_be_annotated_twice(tmp_path):
    label_folder(tmp_path, {"a.jpg": ["mug"], "b.jpg": ["mug"]})
    (tmp_path / "c.xml").write_bytes((tmp_path / "a.xml").read_bytes())
    with pytest.raises(DataError, match=r"c\.xml: a\.jpg is annotated in a\.xml already. Correct <filename>"):
        read_dataset(tmp_path)


def test_the_problems_of_all_files_come_together(tmp_path):
    label_folder(tmp_path, {"a.jpg": ["mug"], "b.jpg": ["mug"], "c.jpg": ["mug"]})
    (tmp_path / "a.xml").write_text("<annotation>")
    (tmp_path / "b.jpg").unlink()
    with pytest.raises(DataError) as caught:
        read_dataset(tmp_path)
    assert [Path(problem.where.partition(":")[0]).name for problem in caught.value.problems] == ["a.xml", "b.xml"]


def test_no_class_may_be_called_background(tmp_path):
    label_folder(tmp_path, {"a.jpg": ["background"]})
    with pytest.raises(DataError, match=r"a\.xml: a class can't be called 'background'"):
        read_dataset(tmp_path)


def test_a_folder_without_xml_says_where_to_point(tmp_path):
    draw_image(tmp_path / "a.jpg")
    with pytest.raises(DataError, match=r"the folder has no \.xml file. Pass --annotations"):
        read_dataset(tmp_path)
    with pytest.raises(DataError, match="nix: the folder does not exist"):
        read_dataset(tmp_path / "nix")
    with pytest.raises(DataError, match="nix: the folder does not exist"):
        read_dataset(tmp_path, tmp_path / "nix")


def test_a_data_set_without_objects_has_no_classes(tmp_path):
    with pytest.raises(DataError, match="no image has an object"):
        _ = read_dataset(label_folder(tmp_path, {"a.jpg": []})).label_map


def test_a_data_set_is_sorted():
    with pytest.raises(ValueError, match="sorted by image name, each name once"):
        Dataset((make_image_annotation("b.jpg"), make_image_annotation("a.jpg")))
    with pytest.raises(ValueError, match="each name once"):
        Dataset((make_image_annotation("x/a.jpg"), make_image_annotation("y/a.jpg")))


@pytest.mark.parametrize(
    ("labels", "home"),
    [(["mug", "bagel"], "bagel"), (["mug", "cup"], "cup"), (["mug", "mug"], "mug"), ([], "background")],
)
def test_home_is_the_class_in_the_fewest_images_then_the_first_by_name(labels, home):
    images_with = Counter({"mug": 5, "bagel": 2, "cup": 5})
    assert home_class(make_image_annotation(labels=labels), images_with) == home


def test_an_image_counts_once_for_a_class():
    dataset = Dataset((make_image_annotation("a.jpg", ["mug", "mug"]), make_image_annotation("b.jpg", ["mug"])))
    assert dataset.images_with() == {"mug": 2}


def test_the_real_data_has_its_known_classes():
    bccd = shared_data("bccd")
    dataset = read_dataset(bccd / "JPEGImages", bccd / "Annotations")
    assert len(dataset.annotations) == 364
    assert dataset.label_map.names == ("Platelets", "RBC", "WBC")
    assert [item.where for item in dataset.left_out] == [
        'BloodImage_00338.xml:163 object 13 "RBC"',
        'BloodImage_00343.xml:55 object 4 "RBC"',
    ]
    raccoon = shared_data("raccoon")
    dataset = read_dataset(raccoon / "images", raccoon / "annotations")
    assert (len(dataset.annotations), dataset.label_map.names, dataset.left_out) == (200, ("raccoon",), ())

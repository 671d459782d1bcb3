"""From a labelled folder to a records folder: whole, the same every time, each image once; or not at all."""

import random
import subprocess
import sys
from pathlib import Path

import pytest
from builders import cafe_folder, draw_image, label_folder, label_image, make_object, shared_data

from tfodkit.dataset import read_label_map
from tfodkit.errors import DataError, OutputError, UsageError
from tfodkit.records import RecordManifest, make_records, read_tfrecord
from tfodkit.records.example import parse_example

RUN = "import sys; from tfodkit.records import make_records; make_records(sys.argv[1], sys.argv[2], seed=5)"
FOREIGN = "; print(sorted({name.partition('.')[0] for name in sys.modules} & set(sys.argv[3:])))"


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def examples(folder, manifest, split=None):
    return [
        parse_example(record, where=file.name)
        for file in manifest.files
        if split in (None, file.split)
        for record in read_tfrecord(folder / file.name)
    ]


def test_the_folder_holds_records_label_map_and_manifest(tmp_path):
    manifest = make_records(cafe_folder(tmp_path / "in"), tmp_path / "out", split=0.7)
    names = ["background", "bagel", "mug"]
    records = [f"{split}_{name}.record" for split in ("train", "val") for name in names]
    assert sorted(contents(tmp_path / "out")) == sorted([*records, "label_map.pbtxt", "manifest.json"])
    assert [file.name for file in manifest.files] == records
    assert [file.home_class for file in manifest.files] == names * 2
    assert [file.images for file in manifest.files] == [1, 3, 4, 1, 1, 2]
    assert manifest.files[1].boxes == manifest.files[1].images_with == (("bagel", 3), ("mug", 3))
    assert manifest.images_with("train") == {"bagel": 3, "mug": 7}
    assert [file.max_boxes_per_image for file in manifest.files] == [0, 2, 1, 0, 2, 1]


def test_what_is_returned_is_what_is_written(tmp_path):
    manifest = make_records(cafe_folder(tmp_path / "in"), tmp_path / "out", split=0.6, seed=9)
    assert RecordManifest.read(tmp_path / "out") == manifest
    assert read_label_map(tmp_path / "out" / "label_map.pbtxt") == manifest.label_map
    assert (manifest.split, manifest.seed) == (0.6, 9)
    manifest.check_files(tmp_path / "out", hashes=True)


def test_every_image_is_in_exactly_one_record_unchanged(tmp_path):
    images = cafe_folder(tmp_path / "in")
    manifest = make_records(images, tmp_path / "out")
    found = {example["image/filename"][0].decode(): example for example in examples(tmp_path / "out", manifest)}
    assert sum(file.images for file in manifest.files) == len(found) == 12
    for name, example in found.items():
        assert example["image/encoded"] == [(images / name).read_bytes()]
    sides = [
        {example["image/filename"][0] for example in examples(tmp_path / "out", manifest, split)}
        for split in ("train", "val")
    ]
    assert not sides[0] & sides[1]


def test_the_counts_of_the_manifest_are_those_of_the_records(tmp_path):
    manifest = make_records(cafe_folder(tmp_path / "in"), tmp_path / "out")
    for split in ("train", "val"):
        texts = [
            text.decode()
            for example in examples(tmp_path / "out", manifest, split)
            for text in example["image/object/class/text"]
        ]
        assert manifest.boxes(split) == {name: texts.count(name) for name in ("bagel", "mug")}


def test_listing_and_hash_seed_change_no_byte(tmp_path, monkeypatch):
    images = cafe_folder(tmp_path / "in")
    for hash_seed in ("1", "2"):
        command = [sys.executable, "-c", RUN, str(images), str(tmp_path / hash_seed)]
        subprocess.run(command, check=True, env={"PYTHONHASHSEED": hash_seed}, cwd=Path(__file__).parents[2])
    original = Path.iterdir
    monkeypatch.setattr(
        Path,
        "iterdir",
        lambda folder: iter(random.Random(3).sample(list(original(folder)), len(list(original(folder))))),
    )
    make_records(images, tmp_path / "3", seed=5)
    assert contents(tmp_path / "1") == contents(tmp_path / "2") == contents(tmp_path / "3")


def test_tensorflow_stays_out(tmp_path):
    images = cafe_folder(tmp_path / "in")
    names = ["tensorflow", "tf_keras", "keras", "object_detection", "pandas", "matplotlib", "cv2", "numpy"]
    command = [sys.executable, "-c", RUN + FOREIGN, str(images), str(tmp_path / "out"), *names]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert done.stdout == "[]\n"


def test_copies_of_one_picture_are_in_one_split(tmp_path):
    images = label_folder(tmp_path / "in", {f"{number}.png": ["mug"] for number in range(10)})
    for number in range(5):
        (images / f"{number}.png").write_bytes((images / "0.png").read_bytes())
    for seed in range(3):
        manifest = make_records(images, tmp_path / "out", seed=seed, force=True)
        sides = [examples(tmp_path / "out", manifest, split) for split in ("train", "val")]
        keys = [{example["image/key/sha256"][0] for example in side} for side in sides]
        assert not keys[0] & keys[1]
        assert sum(map(len, sides)) == 10


def test_what_was_left_out_stands_in_the_manifest(tmp_path):
    images = cafe_folder(tmp_path / "in")
    draw_image(images / "later.png")
    xml = images / "tray_00.xml"
    xml.write_text(xml.read_text().replace("<xmax>20<", "<xmax>4<"))
    dropped = make_records(images, tmp_path / "out").dropped
    assert [(item.reason, item.where) for item in dropped] == [
        ("boxes of zero size", ('tray_00.xml:19 object 1 "mug"',)),
        ("images without an annotation", ("later.png",)),
    ]


def test_an_image_whose_only_box_is_left_out_is_background(tmp_path):
    images = label_folder(tmp_path / "in", {"a.jpg": ["mug"], "b.jpg": ["mug"], "c.jpg": ["mug"]})
    xml = images / "a.xml"
    xml.write_text(xml.read_text().replace("<xmax>20<", "<xmax>4<"))
    manifest = make_records(images, tmp_path / "out")
    assert [file.images for file in manifest.files if file.home_class == "background"] == [1]


def test_all_problems_are_told_and_nothing_is_written(tmp_path):
    images = cafe_folder(tmp_path / "in")
    (images / "tray_00.xml").write_text("<annotation>")
    (images / "tray_03.jpg").write_bytes(b"no image")
    with pytest.raises(DataError) as caught:
        make_records(images, tmp_path / "out")
    assert [Path(problem.where.partition(":")[0]).name for problem in caught.value.problems] == [
        "tray_00.xml",
        "tray_03.jpg",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_images_that_fail_while_writing_leave_nothing_behind(tmp_path):
    images = cafe_folder(tmp_path / "in")
    for number in (2, 7):
        (images / f"tray_{number:02}.jpg").write_bytes(b"no image")
    with pytest.raises(DataError) as caught:
        make_records(images, tmp_path / "out")
    assert [Path(problem.where).name for problem in caught.value.problems] == ["tray_02.jpg", "tray_07.jpg"]
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_an_older_records_folder_is_replaced_by_force_only(tmp_path):
    images = cafe_folder(tmp_path / "in")
    make_records(images, tmp_path / "out", seed=1)
    before = contents(tmp_path / "out")
    with pytest.raises(
        OutputError, match=r"the folder exists and is not empty\. Choose another place or pass --force\."
    ):
        make_records(images, tmp_path / "out", seed=2)
    assert contents(tmp_path / "out") == before
    make_records(images, tmp_path / "out", seed=2, force=True)
    assert contents(tmp_path / "out") != before


def test_a_failed_run_leaves_the_older_records(tmp_path):
    images = cafe_folder(tmp_path / "in")
    make_records(images, tmp_path / "out")
    before = contents(tmp_path / "out")
    (images / "tray_07.jpg").write_bytes(b"no image")
    with pytest.raises(DataError):
        make_records(images, tmp_path / "out", force=True)
    assert contents(tmp_path / "out") == before


def test_a_folder_with_anything_else_is_never_replaced(tmp_path):
    images = cafe_folder(tmp_path / "in")
    before = contents(images)
    with pytest.raises(OutputError, match=r"the folder is no records folder: it holds 'tray_00\.jpg'"):
        make_records(images, images, force=True)
    assert contents(images) == before
    make_records(images, tmp_path / "out")
    (tmp_path / "out" / "notes.txt").write_text("mine")
    with pytest.raises(
        OutputError, match=r"it holds 'notes\.txt'\. Choose another place; --force replaces records only"
    ):
        make_records(images, tmp_path / "out", force=True)
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "a.record").write_bytes(b"")
    with pytest.raises(OutputError, match=r"it holds 'a\.record'"):
        make_records(images, tmp_path / "records", force=True)


def test_an_empty_folder_is_a_place(tmp_path):
    (tmp_path / "out").mkdir()
    assert make_records(cafe_folder(tmp_path / "in"), tmp_path / "out").images("train")


def test_one_image_can_not_be_split(tmp_path):
    with pytest.raises(DataError, match="no class has two annotated images, so none is left to validate with"):
        make_records(label_folder(tmp_path / "in", {"a.jpg": ["mug"]}), tmp_path / "out")
    with pytest.raises(UsageError, match=r"--split: 1\.5 is not between 0 and 1"):
        make_records(cafe_folder(tmp_path / "cafe"), tmp_path / "out", split=1.5)


def test_names_that_no_file_system_likes_make_files_of_their_own(tmp_path):
    labels = ["a/b", "a b", "A B", "crêpe", "../x", "Background"]
    images = {f"{number}_{index}.jpg": [label] for number, label in enumerate(labels) for index in range(2)}
    images |= {"empty_0.jpg": [], "empty_1.jpg": []}
    manifest = make_records(label_folder(tmp_path / "in", images), tmp_path / "out")
    assert {file.home_class for file in manifest.files} == {*labels, "background"}
    assert len({file.name.lower() for file in manifest.files}) == 2 * (len(labels) + 1)
    assert all(file.images == 1 and (tmp_path / "out" / file.name).is_file() for file in manifest.files)


def test_the_xml_may_lie_elsewhere_and_paths_may_be_text(tmp_path):
    for name in ("a", "b"):
        label_image(tmp_path / "in" / f"{name}.png", make_object(), annotations=tmp_path / "xml")
    manifest = make_records(str(tmp_path / "in"), str(tmp_path / "out"), annotations=str(tmp_path / "xml"))
    assert (manifest.images("train"), manifest.images("val")) == (1, 1)


def test_progress_is_told_after_each_image(tmp_path):
    told = []
    make_records(cafe_folder(tmp_path / "in"), tmp_path / "out", progress=lambda *counts: told.append(counts))
    assert told == [(done, 12) for done in range(1, 13)]


def test_raccoon_in_full(tmp_path):
    data = shared_data("raccoon")
    manifest = make_records(data / "images", tmp_path / "out", annotations=data / "annotations")
    assert [(file.name, file.images, file.boxes) for file in manifest.files] == [
        ("train_raccoon.record", 160, (("raccoon", 173),)),
        ("val_raccoon.record", 40, (("raccoon", 44),)),
    ]
    assert manifest.dropped == ()
    keys = [
        {example["image/key/sha256"][0] for example in examples(tmp_path / "out", manifest, split)}
        for split in ("train", "val")
    ]
    assert not keys[0] & keys[1], "four pictures are there twice, under two names"
    assert sum(map(len, keys)) == 196


def test_bccd_in_full(tmp_path):
    data = shared_data("bccd")
    manifest = make_records(data / "JPEGImages", tmp_path / "out", annotations=data / "Annotations")
    assert [(file.split, file.home_class, file.images) for file in manifest.files] == [
        ("train", "Platelets", 161),
        ("train", "RBC", 126),
        ("train", "WBC", 5),
        ("val", "Platelets", 40),
        ("val", "RBC", 31),
        ("val", "WBC", 1),
    ]
    assert manifest.boxes("train") == {"Platelets": 285, "RBC": 3337, "WBC": 298}
    assert manifest.boxes("val") == {"Platelets": 76, "RBC": 816, "WBC": 74}
    assert [(item.reason, item.where) for item in manifest.dropped] == [
        (
            "boxes of zero size",
            ('BloodImage_00338.xml:163 object 13 "RBC"', 'BloodImage_00343.xml:55 object 4 "RBC"'),
        )
    ]

"""From a labelled folder to a records folder: whole, the same every time, each image once; or not at all."""

import random
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from builders import cafe_folder, draw_image, label_folder, label_image, make_object, shared_data

from tfodkit.dataset import LabelMap, SplitShares, read_label_map
from tfodkit.dataset.policies import Policies
from tfodkit.errors import DataError, OutputError, RecordError, UsageError
from tfodkit.records import RecordManifest, RecordOptions, make_records, read_tfrecord, writing
from tfodkit.records.example import ExampleWriter, parse_example
from tfodkit.records.file_names import file_stems

RUN = "import sys; from tfodkit.records import make_records; make_records(sys.argv[1], sys.argv[2])"
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
    manifest = make_records(cafe_folder(tmp_path / "in"), tmp_path / "out", RecordOptions(shares=SplitShares(0.7, 0.3)))
    names = ["background", "bagel", "mug"]
    records = [f"{split}_{name}.record" for split in ("train", "val") for name in names]
    assert sorted(contents(tmp_path / "out")) == sorted([*records, "label_map.pbtxt", "manifest.json"])
    assert [file.name for file in manifest.files] == records
    assert [file.group for file in manifest.files] == names * 2
    assert [file.images for file in manifest.files] == [1, 3, 4, 1, 1, 2]
    assert manifest.files[1].boxes == manifest.files[1].images_with == (("bagel", 3), ("mug", 3))
    assert manifest.images_with("train") == {"bagel": 3, "mug": 7}
    assert [file.max_boxes_per_image for file in manifest.files] == [0, 2, 1, 0, 2, 1]


def test_what_is_returned_is_what_is_written(tmp_path):
    options = RecordOptions(shares=SplitShares(0.6, 0.4), seed=9, workers=3)
    manifest = make_records(cafe_folder(tmp_path / "in"), tmp_path / "out", options)
    assert RecordManifest.read(tmp_path / "out") == manifest
    assert read_label_map(tmp_path / "out" / "label_map.pbtxt") == manifest.label_map
    assert manifest.options == replace(options, workers=None)
    manifest.check_files(tmp_path / "out", contents=True)


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


def test_the_sample_of_a_small_data_set_holds_every_box_of_its_records(tmp_path):
    manifest = make_records(cafe_folder(tmp_path / "in"), tmp_path / "out")
    for split in ("train", "val"):
        boxes = [
            pytest.approx((xmin, ymin, xmax - xmin, ymax - ymin, label, example["image/width"][0], 30), abs=1e-5)
            for example in examples(tmp_path / "out", manifest, split)
            for label, ymin, xmin, ymax, xmax in zip(
                example["image/object/class/label"],
                *(example[f"image/object/bbox/{end}"] for end in ("ymin", "xmin", "ymax", "xmax")),
                strict=True,
            )
        ]
        sample = list(manifest.box_sample[split])
        assert len(sample) == len(boxes) == sum(manifest.boxes(split).values())
        assert all(box in boxes for box in sample)


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
    make_records(images, tmp_path / "3")
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
        manifest = make_records(images, tmp_path / "out", RecordOptions(seed=seed), force=True)
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
    assert [(item.code, item.reason, item.where) for item in dropped] == [
        ("TFK114", "images without an annotation", ("later.png",)),
        ("TFK302", "boxes of zero size", ('tray_00.xml:19 object 1 "mug"',)),
    ]


def test_an_image_whose_only_box_is_left_out_is_background(tmp_path):
    images = label_folder(tmp_path / "in", {"a.jpg": ["mug"], "b.jpg": ["mug"], "c.jpg": ["mug"]})
    xml = images / "a.xml"
    xml.write_text(xml.read_text().replace("<xmax>20<", "<xmax>4<"))
    manifest = make_records(images, tmp_path / "out")
    assert [file.images for file in manifest.files if file.group == "background"] == [1]


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
    make_records(images, tmp_path / "out", RecordOptions(seed=1))
    before = contents(tmp_path / "out")
    with pytest.raises(
        OutputError, match=r"the folder exists and is not empty\. Choose another place or pass --force\."
    ):
        make_records(images, tmp_path / "out", RecordOptions(seed=2))
    assert contents(tmp_path / "out") == before
    make_records(images, tmp_path / "out", RecordOptions(seed=2), force=True)
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
    with pytest.raises(DataError, match=r"in: no image is left to validate with, of 1 that can be used\. Label more"):
        make_records(label_folder(tmp_path / "in", {"a.jpg": ["mug"]}), tmp_path / "out")


def test_names_that_no_file_system_likes_make_files_of_their_own(tmp_path):
    labels = ["a/b", "a b", "A B", "crêpe", "../x", "Background"]
    images = {f"{number}_{index}.jpg": [label] for number, label in enumerate(labels) for index in range(2)}
    images |= {"empty_0.jpg": [], "empty_1.jpg": []}
    manifest = make_records(label_folder(tmp_path / "in", images), tmp_path / "out")
    assert {file.group for file in manifest.files} == {*labels, "background"}
    assert len({file.name.lower() for file in manifest.files}) == 2 * (len(labels) + 1)
    assert all(file.images == 1 and (tmp_path / "out" / file.name).is_file() for file in manifest.files)


def test_the_xml_may_lie_elsewhere_and_paths_may_be_text(tmp_path):
    for name in ("a", "b"):
        label_image(tmp_path / "in" / f"{name}.png", make_object(), annotations=tmp_path / "xml")
    manifest = make_records(str(tmp_path / "in"), str(tmp_path / "out"), annotations=str(tmp_path / "xml"))
    assert (manifest.images("train"), manifest.images("val")) == (1, 1)


def test_progress_is_told_after_each_image_looked_at_and_written(tmp_path):
    told = []
    make_records(cafe_folder(tmp_path / "in"), tmp_path / "out", progress=lambda *counts: told.append(counts))
    assert told == [(done, 12) for done in range(1, 13)] * 2


def test_a_second_run_writes_nothing(tmp_path):
    images = cafe_folder(tmp_path / "in")
    first = make_records(images, tmp_path / "out", RecordOptions(workers=1))
    before = {path.name: path.stat() for path in (tmp_path / "out").iterdir()}
    for options in (RecordOptions(workers=3), RecordOptions(label_map=LabelMap(("bagel", "mug")))):
        again = make_records(images, tmp_path / "out", options)
        assert again == first
        assert again.is_unchanged
        assert not first.is_unchanged
    shutil.copytree(images, tmp_path / "moved")
    assert make_records(tmp_path / "moved", tmp_path / "out", force=True).is_unchanged
    assert {path.name: path.stat() for path in (tmp_path / "out").iterdir()} == before


def rename_class(images):
    for xml in images.glob("*.xml"):
        xml.write_text(xml.read_text().replace("bagel", "roll"))


def move_box(images):
    xml = images / "tray_03.xml"
    xml.write_text(xml.read_text().replace("<xmax>20<", "<xmax>21<"))


@pytest.mark.parametrize(
    "change",
    [
        rename_class,
        move_box,
        lambda images: draw_image(images / "tray_03.jpg", quality=50),
        lambda images: draw_image(images / "later.png"),
        lambda images: label_image(images / "later.png", make_object("mug")),
    ],
    ids=["label", "box", "pixels", "left out", "image"],
)
def test_changed_input_is_written_by_force_only(tmp_path, change):
    images = cafe_folder(tmp_path / "in")
    make_records(images, tmp_path / "out")
    before = contents(tmp_path / "out")
    change(images)
    with pytest.raises(OutputError, match="the folder exists and is not empty"):
        make_records(images, tmp_path / "out")
    assert contents(tmp_path / "out") == before
    assert not make_records(images, tmp_path / "out", force=True).is_unchanged
    assert contents(tmp_path / "out") != before


def test_other_options_are_refused_before_the_images_are_looked_at(tmp_path, monkeypatch):
    images = cafe_folder(tmp_path / "in")
    make_records(images, tmp_path / "out")
    monkeypatch.setattr("tfodkit.records.make.survey", None)
    with pytest.raises(OutputError, match="the folder exists and is not empty"):
        make_records(images, tmp_path / "out", RecordOptions(seed=1))
    monkeypatch.setattr("tfodkit.records.existing.__version__", "0.0.9")
    with pytest.raises(OutputError, match="the folder exists and is not empty"):
        make_records(images, tmp_path / "out")


def test_records_that_are_damaged_are_written_again_by_force(tmp_path):
    images = cafe_folder(tmp_path / "in")
    make_records(images, tmp_path / "out")
    before = contents(tmp_path / "out")
    record = tmp_path / "out" / "train_mug.record"
    for damaged, is_told in ((before[record.name][:-1] + b"x", False), (before[record.name][:-1], True)):
        record.write_bytes(damaged)
        if is_told:
            with pytest.raises(OutputError, match="the folder exists and is not empty"):
                make_records(images, tmp_path / "out")
        assert not make_records(images, tmp_path / "out", force=True).is_unchanged
        assert contents(tmp_path / "out") == before
    (tmp_path / "out" / "label_map.pbtxt").write_text("mine")
    make_records(images, tmp_path / "out", force=True)
    (tmp_path / "out" / "manifest.json").write_text("{")
    make_records(images, tmp_path / "out", force=True)
    assert contents(tmp_path / "out") == before


@pytest.mark.parametrize("shard_bytes", [None, 3000])
def test_the_number_of_workers_changes_no_byte(tmp_path, shard_bytes, monkeypatch):
    monkeypatch.setattr(writing, "BATCH_BYTES", 1500)
    monkeypatch.setattr(writing, "AHEAD_BYTES", 4000)
    images = cafe_folder(tmp_path / "in")
    for workers in (1, 8):
        make_records(images, tmp_path / str(workers), RecordOptions(workers=workers, shard_bytes=shard_bytes))
    assert contents(tmp_path / "1") == contents(tmp_path / "8")


def test_a_group_is_cut_into_shards_by_size(tmp_path):
    images = cafe_folder(tmp_path / "in")
    whole = make_records(images, tmp_path / "whole")
    manifest = make_records(images, tmp_path / "out", RecordOptions(shard_bytes=4000))
    assert [file.name for file in manifest.files_of("train")] == [
        "train_background.record",
        "train_bagel.record-00000-of-00002",
        "train_bagel.record-00001-of-00002",
        "train_mug.record-00000-of-00003",
        "train_mug.record-00001-of-00003",
        "train_mug.record-00002-of-00003",
    ]
    assert all(0 < file.bytes <= 4000 for file in manifest.files)
    assert [(group.name, group.images) for group in manifest.groups_of("train")] == [
        (group.name, group.images) for group in whole.groups_of("train")
    ]
    assert manifest.boxes("train") == whole.boxes("train")
    for group, uncut in zip(manifest.groups_of("train"), whole.groups_of("train"), strict=True):
        shards = b"".join((tmp_path / "out" / file.name).read_bytes() for file in group.files)
        assert shards == (tmp_path / "whole" / uncut.pattern).read_bytes()


def test_a_record_larger_than_a_shard_has_one_to_itself(tmp_path):
    manifest = make_records(cafe_folder(tmp_path / "in"), tmp_path / "out", RecordOptions(shard_bytes=1024))
    assert {file.images for file in manifest.files} == {1}
    assert len(manifest.files) == 12


def test_images_may_be_grouped_by_nothing_or_by_folder(tmp_path):
    for folder in (".", "kitchen", "bar/left"):
        for number in range(4):
            label_image(tmp_path / "in" / folder / f"{number}.png", make_object("mug" if number else "bagel"))
    single = make_records(tmp_path / "in", tmp_path / "single", RecordOptions(grouping="single"))
    assert [(file.name, file.group) for file in single.files] == [("train.record", "all"), ("val.record", "all")]
    manifest = make_records(tmp_path / "in", tmp_path / "out", RecordOptions(grouping="folder", seed=1))
    stem = file_stems(["bar/left"])["bar/left"]
    assert [(file.name, file.group) for file in manifest.files_of("train")] == [
        ("train.record", "."),
        (f"train_{stem}.record", "bar/left"),
        ("train_kitchen.record", "kitchen"),
    ]
    assert sum(file.images for file in manifest.files) == 12


def test_a_test_split_is_kept_apart(tmp_path):
    images = label_folder(tmp_path / "in", {f"{number}.jpg": ["mug"] for number in range(10)})
    manifest = make_records(images, tmp_path / "out", RecordOptions(shares=SplitShares(0.5, 0.3, 0.2)))
    assert [(file.name, file.images) for file in manifest.files] == [
        ("train_mug.record", 5),
        ("val_mug.record", 3),
        ("test_mug.record", 2),
    ]


def test_lists_say_who_trains(tmp_path):
    images = cafe_folder(tmp_path / "in")
    lists = tmp_path / "lists"
    lists.mkdir()
    (lists / "train.txt").write_text("tray_00\ntray_06\n")
    (lists / "val.txt").write_text("tray_07.jpg\n")
    manifest = make_records(images, tmp_path / "out", RecordOptions(lists=lists))
    names = {
        split: {example["image/filename"][0].decode() for example in examples(tmp_path / "out", manifest, split)}
        for split in ("train", "val")
    }
    assert names == {"train": {"tray_00.jpg", "tray_06.jpg"}, "val": {"tray_07.jpg"}}
    assert [(item.code, item.count) for item in manifest.dropped] == [("TFK506", 9)]
    assert str(tmp_path) not in manifest.to_json()
    (lists / "val.txt").write_text("tray_08\n")
    with pytest.raises(OutputError, match="the folder exists"):
        make_records(images, tmp_path / "out", RecordOptions(lists=lists))
    (lists / "val.txt").write_text("tray_06\n")
    with pytest.raises(DataError, match=r"val\.txt:1: 'tray_06' is for val, but for train in train\.txt:2"):
        make_records(images, tmp_path / "out2", RecordOptions(lists=lists))


@pytest.mark.parametrize(
    ("train", "message"),
    [
        ("", r"lists: the lists name none of the annotated images\. Pass the lists that belong"),
        ("mug_1\nmug_2\n", r"lists: the lists name none of the annotated images\. Pass the lists that belong"),
        (
            "\n".join(f"tray_{number:02}" for number in range(12)),
            r"no image is left to validate with.* List more images",
        ),
    ],
)
def test_no_split_is_drawn_where_lists_were_to_give_it(tmp_path, train, message):
    images = cafe_folder(tmp_path / "in")
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists/train.txt").write_text(train)
    with pytest.raises(DataError, match=message):
        make_records(images, tmp_path / "out", RecordOptions(lists=tmp_path / "lists"))


def test_a_blank_expression_groups_nothing_and_is_refused():
    with pytest.raises(UsageError, match=r"--group-by: the expression is blank\. Pass folder, or one such as"):
        RecordOptions(group_by="")


def test_what_a_policy_changed_stands_in_the_manifest(tmp_path):
    images = cafe_folder(tmp_path / "in")
    xml = images / "tray_00.xml"
    xml.write_text(xml.read_text().replace("<xmax>20<", "<xmax>60<"))
    draw_image(images / "tray_01.jpg", format="PNG")
    with pytest.raises(DataError, match=r"tray_00\.xml:19: object 1 \"mug\": .*\[TFK303\]"):
        make_records(images, tmp_path / "out")
    manifest = make_records(images, tmp_path / "out", RecordOptions(policies=Policies(clip_boxes=True)))
    assert [(item.code, item.where) for item in manifest.changed] == [("TFK303", ('tray_00.xml:19 object 1 "mug"',))]
    what = "tray_01.jpg: the name ends in .jpg, but the content is PNG"
    assert [(item.code, item.where) for item in manifest.warnings] == [("TFK204", (what,))]
    assert manifest.dropped == ()


def test_a_given_label_map_numbers_the_classes(tmp_path):
    images = cafe_folder(tmp_path / "in")
    label_map = LabelMap(("mug", "plate", "bagel"))
    manifest = make_records(images, tmp_path / "out", RecordOptions(label_map=label_map))
    assert manifest.label_map == read_label_map(tmp_path / "out" / "label_map.pbtxt") == label_map
    assert list(manifest.boxes("train")) == ["mug", "plate", "bagel"]
    with pytest.raises(DataError, match=r"\[TFK40"):
        make_records(images, tmp_path / "out2", RecordOptions(label_map=LabelMap(("mug",))))


def test_records_that_the_trainer_would_not_see_are_not_left(tmp_path, monkeypatch):
    images = cafe_folder(tmp_path / "in")
    make_records(images, tmp_path / "out")
    before = contents(tmp_path / "out")
    put_objects = ExampleWriter._put_objects
    monkeypatch.setattr(
        ExampleWriter,
        "_put_objects",
        lambda self, feature, annotation: put_objects(
            self, feature, replace(annotation, objects=annotation.objects[1:])
        ),
    )
    with pytest.raises(RecordError, match='boxes of "mug" in the annotations are in no record'):
        make_records(images, tmp_path / "out", RecordOptions(seed=2), force=True)
    assert contents(tmp_path / "out") == before
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["in", "out"]


def test_an_image_that_changes_under_the_run_is_told(tmp_path):
    images = cafe_folder(tmp_path / "in")

    def change_when_looked_at(done, total):
        if done == total:
            for number in (2, 7):
                draw_image(images / f"tray_{number:02}.jpg", quality=50)

    with pytest.raises(DataError) as caught:
        make_records(images, tmp_path / "out", progress=change_when_looked_at)
    assert [Path(problem.where).name for problem in caught.value.problems] == ["tray_02.jpg", "tray_07.jpg"]
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


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
    assert [(file.split, file.group, file.images) for file in manifest.files] == [
        ("train", "Platelets", 161),
        ("train", "RBC", 125),
        ("train", "WBC", 6),
        ("val", "Platelets", 40),
        ("val", "RBC", 32),
    ]
    assert manifest.boxes("train") == {"Platelets": 285, "RBC": 3349, "WBC": 297}
    assert manifest.boxes("val") == {"Platelets": 76, "RBC": 804, "WBC": 75}
    assert [(item.reason, item.where) for item in manifest.dropped] == [
        (
            "boxes of zero size",
            ('BloodImage_00338.xml:163 object 13 "RBC"', 'BloodImage_00343.xml:55 object 4 "RBC"'),
        )
    ]

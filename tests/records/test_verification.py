"""Every kind of damage to a records folder is found, ours or anybody's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from builders import label_folder
from record_builders import make_features, picture, write_label_map, write_record

from tfodkit.errors import RecordError
from tfodkit.records import make_records
from tfodkit.records.verification import verify_records

FILES = [("train_bagel.record", 4), ("train_mug.record", 8), ("val_bagel.record", 1), ("val_mug.record", 2)]


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    images = {f"mug_{number}.jpg": ["mug"] for number in range(10)}
    bagels = {f"bagel_{number}.jpg": ["bagel", "bagel"] for number in range(5)}
    manifest = make_records(label_folder(tmp_path / "in", {**images, **bagels}), tmp_path / "records")
    assert [(file.name, file.images) for file in manifest.files] == FILES
    return tmp_path / "records"


def problems(folder, **options) -> list[str]:
    found = verify_records(folder, **options)
    assert found.is_sound is not bool(found.problems)
    return [f"{Path(problem.where).name}: {problem.what}" for problem in found.problems]


def edit_manifest(folder: Path, change) -> None:
    values = json.loads((folder / "manifest.json").read_text())
    change(values)
    (folder / "manifest.json").write_text(json.dumps(values))


def test_sound_records_are_sound(ours):
    told = []
    found = verify_records(ours, decode=True, progress=lambda *counts: told.append(counts))
    assert found.is_sound
    assert found.proof.holds
    assert (found.files, found.decoded, found.proof.records) == (4, 15, 15)
    assert found.bytes == sum(path.stat().st_size for path in ours.glob("*.record"))
    assert told == [(number, 15) for number in range(1, 16)]
    assert found.to_json()["sound"] is True
    assert verify_records(ours).decoded == 0


def test_a_flipped_byte_is_found_by_the_file_s_checksum_and_the_record_s(ours):
    path = ours / "train_mug.record"
    content = bytearray(path.read_bytes())
    content[-20] ^= 4
    path.write_bytes(content)
    found = problems(ours)
    assert found[0].startswith("train_mug.record: the content is not what make-records wrote")
    assert "train_mug.record: 7 records can be read, but the manifest says 8 images" in found
    assert "train_mug.record: record 8: the checksum of its content is wrong" in found
    assert 'train: 1 of 8 boxes of "mug" in the annotations are in no record' in found


def test_files_that_are_absent_or_too_many(ours):
    (ours / "val_mug.record").rename(ours / "val_cup.record")
    found = problems(ours)
    assert "val_mug.record: the manifest names this file, but it is not there" in found
    assert "val_cup.record: the manifest does not name this record file" in found
    assert any("the records can't be read: No such file" in problem for problem in found)


def test_a_label_map_of_other_classes(ours):
    write_label_map(ours / "label_map.pbtxt", "mug", "bagel")
    assert problems(ours) == ["label_map.pbtxt: other classes than the manifest's, or in another order"]
    write_label_map(ours / "label_map.pbtxt", "bagel", "cup")
    found = problems(ours)
    assert found[0] == "label_map.pbtxt: other classes than the manifest's, or in another order"
    assert found[1].startswith("train_mug.record: record 1 (mug_")
    assert "object 1 \"mug\" is lost to the trainer: the text 'mug' is not in the label map" in found[1]


def test_counts_of_the_manifest_that_are_not_those_of_the_records(ours):
    def change(values):
        values["files"][0]["boxes"]["bagel"] += 2
        values["files"][1]["images"] += 1

    edit_manifest(ours, change)
    assert problems(ours) == [
        "train_mug.record: 8 records can be read, but the manifest says 9 images",
        'train: 2 of 10 boxes of "bagel" in the annotations are in no record',
    ]


def test_a_damaged_manifest_or_label_map_is_an_error(ours):
    (ours / "label_map.pbtxt").write_text("item {")
    with pytest.raises(RecordError, match=r"label_map.pbtxt:1: not a label map"):
        verify_records(ours)
    (ours / "manifest.json").write_text("{")
    with pytest.raises(RecordError, match=r"manifest.json:1: not JSON"):
        verify_records(ours)


def test_pictures_are_decoded_when_asked(tmp_path):
    half = picture()[: len(picture()) // 2]
    write_record(
        tmp_path / "a.record",
        [
            make_features("mug"),
            make_features("mug", encoded=[half]),
            make_features("mug", width=[41]),
            make_features("mug", encoded=[picture("BMP")]),
            make_features("mug", encoded=[picture("GIF")]),
            b"no example",
            make_features("mug", width=None, height=None, encoded=[picture("PNG")]),
        ],
    )
    write_label_map(tmp_path / "any.pbtxt", "mug")
    assert len(problems(tmp_path)) == 3  # the GIF and its box, and what is no example
    found = problems(tmp_path, decode=True)
    assert found[0].startswith("a.record: record 2 (tray.jpg): the JPEG")
    assert found[1] == "a.record: record 3 (tray.jpg): the image has 40 x 30 pixels, but its record says 41 x 30"
    assert found[2] == "a.record: record 5 (tray.jpg): the content is GIF"
    assert len(found) == 6
    assert verify_records(tmp_path, decode=True).problems[2].code == "TFK205"


def test_records_of_others_need_a_label_map_or_the_number_of_classes(tmp_path):
    path = write_record(tmp_path / "a.tfrecord", [make_features("mug", "cup", ids=[1, 2])])
    with pytest.raises(RecordError) as caught:
        verify_records(path)
    assert str(caught.value) == (
        f"{tmp_path}: there is no label map beside the records. "
        "Pass the trainer's with --label-map, or --num-classes for one that has none."
    )
    assert problems(path, num_classes=2) == []
    (found,) = problems(path, num_classes=1)
    assert found.endswith('object 2 "id 2" is lost to the trainer: its id is 2, outside 1 to 1, the number of classes')
    label_map = write_label_map(tmp_path / "elsewhere" / "map.pbtxt", "mug")
    (found,) = problems(path, label_map=label_map)
    assert 'object 2 "cup" is lost' in found


def test_upstream_s_default_of_100_boxes_is_for_records_of_others(tmp_path):
    write_record(tmp_path / "a.record", [make_features(*["mug"] * 101)])
    write_label_map(tmp_path / "label_map.pbtxt", "mug")
    (found,) = problems(tmp_path)
    assert found.endswith('object 101 "mug" is lost to the trainer: the reader\'s max_number_of_boxes is 100')
    assert problems(tmp_path, max_boxes=101) == []


def test_one_file_of_ours_has_room_for_all_its_boxes(ours):
    assert verify_records(ours / "train_mug.record").is_sound
    assert len(problems(ours / "train_mug.record", max_boxes=0)) == 8


def test_a_missing_shard_is_named(tmp_path):
    for number in (0, 2):
        write_record(tmp_path / f"a.record-0000{number}-of-00003", [make_features("mug")])
    write_label_map(tmp_path / "label_map.pbtxt", "mug")
    assert problems(tmp_path) == ["a.record-00001-of-00003: this shard is missing: others count it"]

"""Records back to what they were made of, and nothing written where it must not be."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path

import pytest
from builders import cafe_folder, label_image, make_object, shared_data
from record_builders import HEIGHT, WIDTH, make_features, picture, write_record

from tfodkit.annotations.voc_reader import read_voc
from tfodkit.dataset.label_map import read_label_map
from tfodkit.errors import OutputError, RecordError
from tfodkit.images.index import ImageIndex
from tfodkit.records import RecordOptions, make_records
from tfodkit.records.extract import MARKER, extract_records, is_plain_name


def labelled(folder: Path, annotations: Path | None = None):
    """What a folder of images and XML says: names, hashes, sizes, objects."""
    annotations = annotations or folder
    found = {}
    paths = sorted(annotations.rglob("*.xml"))
    for reading in read_voc(annotations, paths, ImageIndex(folder)):
        assert reading.findings == ()
        for draft in reading.drafts:
            objects = [(o.label, o.xyxy, o.difficult, o.truncated, o.pose) for o in draft.objects]
            found[draft.name] = (hashlib.sha256(draft.image.read_bytes()).hexdigest(), draft.size, objects)
    return found


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_what_was_made_is_extracted_byte_for_byte(tmp_path):
    data = cafe_folder(tmp_path / "in")
    label_image(
        data / "tray é.png",
        make_object("crêpe", 0.5, 1.25, WIDTH, HEIGHT, difficult=True, pose="Left"),
        make_object("mug", 3, 4, 17, 29, truncated=True),
    )
    label_image(data / "tray_12.png", make_object("crêpe"))
    manifest = make_records(data, tmp_path / "records", RecordOptions(seed=5))
    done = extract_records(tmp_path / "records", tmp_path / "out")
    assert labelled(tmp_path / "out") == labelled(data)
    assert (done.images, done.objects) == (14, 17)
    assert (done.renamed, done.losses, done.left_out) == ((), (), ())
    extra = {"extracted.txt", "label_map.pbtxt", "ImageSets/Main/train.txt", "ImageSets/Main/val.txt"}
    assert files_below(tmp_path / "out") - extra == files_below(data)
    assert read_label_map(tmp_path / "out" / "label_map.pbtxt") == manifest.label_map


def test_what_was_extracted_makes_the_same_records_again(tmp_path):
    make_records(cafe_folder(tmp_path / "in"), tmp_path / "records", RecordOptions(seed=5))
    extract_records(tmp_path / "records", tmp_path / "out")
    again = RecordOptions(lists=tmp_path / "out")
    make_records(tmp_path / "out", tmp_path / "again", again)
    for path in (tmp_path / "records").iterdir():
        if path.name != "manifest.json":  # which tells that the split came from lists
            assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes(), path.name


@pytest.mark.parametrize(
    ("name", "images", "annotations"), [("raccoon", "images", "annotations"), ("bccd", "JPEGImages", "Annotations")]
)
def test_real_data_comes_back(name, images, annotations, tmp_path):
    data = shared_data(name)
    make_records(data / images, tmp_path / "records", annotations=data / annotations)
    extract_records(tmp_path / "records", tmp_path / "out")
    before, after = labelled(data / images, data / annotations), labelled(tmp_path / "out")
    assert after.keys() == before.keys()
    for image, (sha256, size, objects) in before.items():
        kept = [one for one in objects if one[1][0] < one[1][2] and one[1][1] < one[1][3]]
        assert after[image] == (sha256, size, kept)


HOSTILE = [
    "../escaped.jpg",
    "/tmp/tfodkit-escaped.jpg",
    "C:\\escaped.jpg",
    "a/../../escaped.jpg",
    "..\\escaped.jpg",
    "",
    ".",
    "..",
    "a\nb.jpg",
    f"{'x' * 300}.jpg",
    f"{'a/' * 600}b.jpg",
    "\ufffe.jpg",
    "extracted.txt",
    "ImageSets/Main/train.txt",
    "~",
    "a\0.jpg",
]


def test_no_name_leads_out_of_the_folder(tmp_path):
    records = [make_features("mug", filename=[name], source_id=None) for name in HOSTILE]
    write_record(tmp_path / "in" / "train_x.record", records)
    done = extract_records(tmp_path / "in", tmp_path / "deep" / "out")
    assert files_below(tmp_path) == {
        "in/train_x.record",
        *(f"deep/out/{name}" for name in files_below(tmp_path / "deep" / "out")),
    }
    assert not Path("/tmp/tfodkit-escaped.jpg").exists()
    pictures = list((tmp_path / "deep" / "out").rglob("*.jpg"))
    assert len(pictures) == len(HOSTILE) == len(list((tmp_path / "deep" / "out").rglob("*.xml")))
    assert done.renamed[0] == ("../escaped.jpg", "train_x-000001.jpg")
    assert len(labelled(tmp_path / "deep" / "out")) == len(HOSTILE)


@pytest.mark.parametrize("name", ["a.jpg", "a/b c.jpg", "ä/.hidden.png", "a..b.jpg", "x\u202fy.png"])
def test_plain_names_are_plain(name):
    assert is_plain_name(name)


def test_every_image_gets_a_name_of_its_own(tmp_path):
    names = ["a.jpg", "A.jpg", "a.png", "a.jpg", "a.jpg/b.jpg", "c/d.jpg", "c", "number", "train-000004.jpg", "b.xml"]
    records = [make_features("mug", filename=[name]) for name in names]
    records.append(make_features("mug", filename=None, source_id=None, encoded=[picture("PNG")]))
    write_record(tmp_path / "train.record", records)
    done = extract_records(tmp_path / "train.record", tmp_path / "out")
    assert dict(done.renamed) == {
        "A.jpg": "train-000002.jpg",
        "a.jpg": "train-000004.jpg",
        "a.jpg/b.jpg": "train-000005.jpg",
        "c": "c.jpg",
        "number": "number.jpg",
        "train-000004.jpg": "train-000009.jpg",
        "b.xml": "b.xml.jpg",
    }
    written = labelled(tmp_path / "out")
    assert len(written) == len(records)
    assert (tmp_path / "out" / "a.png.xml").exists()  # a.xml is that of a.jpg


def test_what_xml_can_t_hold_is_counted_and_what_is_no_object_named(tmp_path):
    features = make_features(
        "mug",
        "cup",
        boxes=[(0.1, 0.1, 0.5, 0.5), (0.1, 0.1, math.nan, 0.5)],
        is_crowd=[1, 1],
        keypoint_x=[0.5, 0.5],
        keypoint_y=[0.5, 0.5],
    )
    write_record(tmp_path / "a.record", [features])
    done = extract_records(tmp_path / "a.record", tmp_path / "out")
    assert {loss.what: loss.count for loss in done.losses} == {"crowd flags": 1, "sets of keypoints": 1}
    assert [problem.what for problem in done.left_out] == [
        'object 2 "cup": its box has a coordinate that is not a finite number'
    ]
    assert done.to_json() == {
        "output": str(tmp_path / "out"),
        "images": 1,
        "objects": 1,
        "renamed": [],
        "lost": {"crowd flags": 1, "sets of keypoints": 1},
        "left_out": [{"where": done.left_out[0].where, "what": done.left_out[0].what}],
    }
    assert read_label_map(tmp_path / "out" / "label_map.pbtxt").names == ("mug",)
    assert not (tmp_path / "out" / "ImageSets").exists()  # nobody knows the split


def test_only_an_older_extraction_is_replaced(tmp_path):
    write_record(tmp_path / "in" / "a.record", [make_features("mug")])
    out = tmp_path / "out"
    extract_records(tmp_path / "in", out)
    with pytest.raises(OutputError, match=r"out: the folder exists and is not empty"):
        extract_records(tmp_path / "in", out)
    extract_records(tmp_path / "in", out, force=True)
    (out / MARKER).unlink()
    with pytest.raises(OutputError, match=r"but no extracted.txt: something else than this command wrote it"):
        extract_records(tmp_path / "in", out, force=True)
    (tmp_path / "in" / MARKER).touch()
    with pytest.raises(OutputError, match=r"in: the folder holds the records themselves: a.record. Choose another"):
        extract_records(tmp_path / "in", tmp_path / "in", force=True)


def test_nothing_is_written_of_damaged_records(tmp_path):
    path = write_record(tmp_path / "a.record", [make_features("mug"), make_features("mug", encoded=None)])
    with pytest.raises(RecordError, match="record 2"):
        extract_records(path, tmp_path / "out")
    assert files_below(tmp_path) == {"a.record"}


def test_progress_counts_to_the_end(tmp_path):
    path = write_record(tmp_path / "a.record", [make_features(filename=[f"{number}.jpg"]) for number in range(3)])
    told = []
    extract_records(path, tmp_path / "out", progress=lambda *counts: told.append(counts))
    assert told == [(1, 3), (2, 3), (3, 3)]

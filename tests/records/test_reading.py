"""Records give back what was annotated: to the pixel, with every flag, whoever wrote them."""

from __future__ import annotations

import io
import math
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st
from PIL import Image
from record_builders import HEIGHT, WIDTH, make_features, picture, write_label_map, write_record

from tfodkit.annotations import Keypoint, ObjectAnnotation
from tfodkit.annotations.masks import RunLengthMask
from tfodkit.boxes import Box
from tfodkit.errors import RecordError
from tfodkit.records import read_records
from tfodkit.records.reading import read_all
from tfodkit.records.recorded_shapes import pixels
from tfodkit.records.sources import find_records

SIZE = {"width": WIDTH, "height": HEIGHT}


def read_one(folder: Path, features, **options):
    (recorded,) = read_records(write_record(folder / "a.record", [features]), **options)
    return recorded


def share_of(value: float, size: int) -> float:
    return struct.unpack("<f", struct.pack("<f", value / size))[0]


def png(mask: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(mask).save(file, "PNG")
    return file.getvalue()


def test_an_image_comes_back_with_all_its_objects_have(tmp_path):
    box = Box(4, 6, 20, 24)
    shares = (4 / WIDTH, 6 / HEIGHT, 20 / WIDTH, 24 / HEIGHT)
    features = make_features(
        "mug",
        "crêpe",
        boxes=[shares, (0.0, 0.0, 1.0, 1.0)],
        filename=["monday/tray é.jpg"],
        difficult=[1, 0],
        truncated=[0, 1],
        is_crowd=[0, 1],
        view=["Left", " "],
        encoded=[picture("PNG")],
    )
    path = write_record(tmp_path / "val_mug.record", [features])
    (recorded,) = read_records(path)
    assert recorded.annotation.name == "monday/tray é.jpg"
    assert recorded.annotation.subfolder == "monday"
    assert (recorded.annotation.width, recorded.annotation.height) == (WIDTH, HEIGHT)
    assert recorded.annotation.objects == (
        ObjectAnnotation("mug", box, difficult=True, pose="Left"),
        ObjectAnnotation("crêpe", Box(0, 0, WIDTH, HEIGHT), truncated=True, is_crowd=True),
    )
    assert recorded.content == picture("PNG")
    assert (recorded.format, recorded.split, recorded.file, recorded.number) == ("png", "val", path, 1)
    assert recorded.left_out == ()


@given(st.integers(1, 65_535), st.data())
def test_whole_pixels_and_tenths_come_back_exactly(size, data):
    whole = data.draw(st.integers(0, size))
    assert pixels(share_of(whole, size), size) == whole
    tenth = round(data.draw(st.integers(0, min(size, 9000) * 10)) / 10, 1)
    assert pixels(share_of(tenth, size), size) == tenth


@given(st.floats(0, 2, width=32), st.integers(1, 65_535))
def test_any_share_comes_back_as_a_pixel_that_gives_it_again(share, size):
    assert share_of(pixels(share, size), size) == share


def test_of_objects_that_are_none_each_is_named(tmp_path):
    boxes = [(0.1, 0.1, 0.2, math.nan), (0.5, 0.1, 0.5, 0.2), (0.0, 0.0, 1.0, 1.0), (0.5, 0.1, 0.4, 0.9), (0, 0, 1, 1)]
    recorded = read_one(tmp_path, make_features("a", "b", "c", "d", " e", boxes=boxes))
    assert [found.label for found in recorded.annotation.objects] == ["c"]
    assert [problem.what for problem in recorded.left_out] == [
        'object 1 "a": its box has a coordinate that is not a finite number',
        'object 2 "b": its box has no area: 20, 3, 20, 6',
        'object 4 "d": its box has no area: 20, 3, 16, 27',
        'object 5 " e": the label can\'t be a name: it has white space at an end',
    ]
    assert recorded.left_out[0].where == f"{tmp_path / 'a.record'}: record 1 (tray.jpg)"


def test_what_upstream_does_not_ask_for_may_be_missing(tmp_path):
    features = make_features(
        "mug", filename=None, source_id=None, format=None, width=None, height=None, difficult=[1, 1, 1]
    )
    recorded = read_one(tmp_path, features)
    assert recorded.annotation.name == "a-000001.jpg"
    assert (recorded.annotation.width, recorded.annotation.height, recorded.format) == (WIDTH, HEIGHT, "jpeg")
    assert not recorded.annotation.objects[0].difficult  # a list of another length is not the objects'


def test_ids_are_looked_up_where_there_is_no_text(tmp_path):
    features = make_features(class_text=None, ids=[2], boxes=[(0.1, 0.1, 0.2, 0.2)])
    with pytest.raises(RecordError) as caught:
        read_one(tmp_path, features)
    assert str(caught.value) == (
        f"{tmp_path / 'a.record'}: record 1 (tray.jpg): objects have ids and no names, and no label map has 2. "
        "Pass their label map with --label-map."
    )
    label_map = write_label_map(tmp_path / "elsewhere" / "map.txt", "bagel", "mug")
    assert read_one(tmp_path, features, label_map=label_map).annotation.labels == {"mug"}
    write_label_map(tmp_path / "anything.pbtxt", "a", "b")
    assert read_one(tmp_path, features).annotation.labels == {"b"}


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"encoded": None}, "record 1: image/encoded is missing: the record has no image."),
        ({"encoded": [b"no image"], "width": None}, "image/width and image/height are missing, and the image does not"),
        ({"width": [1, 2]}, "record 1: image/width must hold one value, but holds 2."),
        ({"class_text": [1]}, "record 1: image/object/class/text must hold bytes, but holds integers."),
        ({"class_text": ["a", "b"]}, r"record 1 \(tray.jpg\): 1 boxes, but 2 classes."),
        ({"bbox_xmin": [0.5, 0.6]}, r"the lists of box sides differ in length: 2, 1, 1, 1."),
        ({"mask": [b"x", b"y"]}, "1 boxes, but 2 masks. Write the records anew."),
        ({"mask": [b"x"]}, r"\(tray.jpg\): mask of object 1: it is no PNG, or damaged"),
        ({"mask": [picture("PNG", (7, 5))]}, "mask of object 1: 7 x 5 pixels in an image of 40 x 30"),
        ({"mask": [0.0, 1.0]}, "2 mask pixels for 1 objects in an image of 40 x 30"),
        ({"keypoint_x": [0.5], "keypoint_y": []}, "1 x and 0 y of keypoints for 1 objects"),
    ],
)
def test_a_record_that_is_no_image_says_what_is_wrong(overrides, message, tmp_path):
    with pytest.raises(RecordError, match=message):
        read_one(tmp_path, make_features("mug", **overrides))


def test_a_record_that_is_no_example(tmp_path):
    with pytest.raises(RecordError, match=r"a.record: record 1: the record is not a tf.train.Example"):
        read_one(tmp_path, b"nothing")


@pytest.mark.parametrize("is_numeric", [False, True])
def test_masks_come_back_as_run_lengths(is_numeric, tmp_path):
    masks = np.zeros((3, HEIGHT, WIDTH), np.uint8)
    masks[0, 2:5, 3:4] = 255
    masks[1, :2, 0] = 1
    values = masks.ravel().astype(float).tolist() if is_numeric else [png(mask) for mask in masks]
    features = make_features("a", "b", "c", mask=values)
    found = [found.mask for found in read_one(tmp_path, features).annotation.objects]
    before = 3 * HEIGHT + 2
    assert found == [
        RunLengthMask(**SIZE, counts=(before, 3, WIDTH * HEIGHT - before - 3)),
        RunLengthMask(**SIZE, counts=(0, 2, WIDTH * HEIGHT - 2)),
        None,
    ]
    (lazy,) = read_all(find_records(tmp_path / "a.record"), masks=False)
    assert lazy.masks == 3
    assert [found.mask for found in lazy.annotation.objects] == [None, None, None]
    weighted = make_features("a", "b", "c", **{"mask": values, "object/mask/weight": [1.0, 1.0, 0.0]})
    write_record(tmp_path / "a.record", [weighted])
    assert next(read_all(find_records(tmp_path / "a.record"), masks=False)).masks == 2


@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")  # raised inside pycocotools
def test_run_lengths_are_those_of_pycocotools(tmp_path):
    coco_mask = pytest.importorskip("pycocotools.mask")
    mask = (np.random.default_rng(0).random((HEIGHT, WIDTH)) > 0.6).astype(np.uint8)
    (found,) = read_one(tmp_path, make_features("a", mask=[png(mask)])).annotation.objects
    counts = {"counts": list(found.mask.counts), "size": [HEIGHT, WIDTH]}
    decoded = coco_mask.decode(coco_mask.frPyObjects(counts, HEIGHT, WIDTH))
    np.testing.assert_array_equal(decoded, mask)


def test_keypoints_come_back_by_name(tmp_path):
    features = make_features(
        "a",
        "b",
        keypoint_x=[0.5, math.nan, 0.25, 0.0],
        keypoint_y=[0.5, math.nan, 0.1, 0.0],
        keypoint_text=["nose", "ear", "nose", "ear"],
        keypoint_visibility=[2, 1, 1, 0],
    )
    objects = read_one(tmp_path, features).annotation.objects
    assert objects[0].keypoints == (Keypoint("nose", 20, 15, 2), Keypoint("ear", 0, 0, 0))
    assert objects[1].keypoints == (Keypoint("nose", 10, 3, 1), Keypoint("ear", 0, 0, 0))
    nameless = {**features, "image/object/keypoint/text": None, "image/object/keypoint/visibility": [0] * 4}
    assert [found.keypoints for found in read_one(tmp_path, nameless).annotation.objects] == [(), ()]
    unsaid = {**nameless, "image/object/keypoint/visibility": None}
    assert read_one(tmp_path, unsaid).annotation.objects[1].keypoints == (
        Keypoint("1", 10, 3, 2),
        Keypoint("2", 0, 0, 2),
    )


def test_folders_files_and_patterns_are_read(tmp_path):
    for name in ("train_a.record-00000-of-00002", "train_a.record-00001-of-00002", "val.tfrecord", "notes.txt"):
        write_record(tmp_path / name, [make_features("mug", filename=[f"{name}.jpg"])])
    write_record(tmp_path / "testing" / "part-00000-of-00001", [make_features()])
    splits = [recorded.split for recorded in read_records(tmp_path)]
    assert splits == ["test", "train", "train", "val"]
    assert len(list(read_records(str(tmp_path / "train_*")))) == 2
    assert len(list(read_records(tmp_path / "train_a.record-?????-of-00002"))) == 2
    assert [recorded.split for recorded in read_records(tmp_path / "notes.txt")] == ["all"]


def test_where_there_are_no_records(tmp_path):
    with pytest.raises(RecordError, match=r"nix: there are no records here. Pass a records folder, a record file or"):
        read_records(tmp_path / "nix")  # at once, not when it is iterated
    with pytest.raises(RecordError, match=r"holds no manifest.json, and no file that is called like a record"):
        read_records(tmp_path)

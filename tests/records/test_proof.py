"""What the trainer does not see is named, by each of upstream's rules; the last test asks upstream itself."""

from __future__ import annotations

import math
import random
from pathlib import Path

import pytest
from record_builders import BOX, make_features, picture, write_label_map, write_record

from tfodkit.errors import RecordError
from tfodkit.records.proof import Proof, ProofRow, prove_records
from tfodkit.records.sources import RecordSource
from tfodkit.records.trainers_eyes import Classes

NAN, INF = math.nan, math.inf
REMEDY = "Write the records anew with make-records, which checks them."


def prove_one(folder: Path, *examples, expected=None, max_boxes=None, label_map=None, num_classes=None) -> Proof:
    path = write_record(folder / "train.record", examples)
    label_map = label_map or write_label_map(folder / "label_map.pbtxt", "bagel", "mug")
    classes = Classes.read(label_map, num_classes)
    expected = None if expected is None else {"train": expected}
    return prove_records([RecordSource(path, "train")], classes, expected, max_boxes=max_boxes)


def seen(proof: Proof) -> dict[str, int]:
    return {row.label: row.seen for row in proof.rows if row.seen}


def test_sound_records_are_seen_as_they_were_annotated(tmp_path):
    proof = prove_one(
        tmp_path,
        make_features("mug", "bagel", "mug", difficult=[1, 0, 1], is_crowd=[0, 1, 0], ids=[7, 7, 7]),
        make_features(),
        expected={"bagel": 1, "mug": 2},
    )
    assert proof.holds
    assert proof.problems() == []
    assert proof.rows == (ProofRow("train", "bagel", 1, 1), ProofRow("train", "mug", 2, 2))
    assert proof.records == 2
    assert proof.lines() == [
        "class  boxes recorded  boxes the trainer sees  lost",
        "bagel               1                       1     0",
        "mug                 2                       2     0",
        "all                 3                       3     0",
    ]
    assert proof.to_json() == {
        "holds": True,
        "records": 2,
        "classes": [
            {"split": "train", "label": "bagel", "annotated": 1, "seen": 1, "lost": 0},
            {"split": "train", "label": "mug", "annotated": 2, "seen": 2, "lost": 0},
        ],
        "lost": [],
        "stops": [],
    }


LOST = {
    "a text that is not in the label map": (
        make_features("mug", "Mug ", ids=[2, 2]),
        {},
        {"mug": 1},
        [(2, "Mug ", "the text 'Mug ' is not in the label map, whatever its id")],
    ),
    "a blank text, where every class has a display name": (
        make_features("mug", ""),
        {"items": 'item { name: "x" display_name: "mug" id: 1 }'},
        {"mug": 1},
        [(2, "", "the text '' is not in the label map, whatever its id")],
    ),
    "an id below 0": (
        make_features(class_text=None, ids=[2, -3], boxes=[BOX, BOX]),
        {},
        {"mug": 1},
        [(2, "id -3", "its id is -3, below 0")],
    ),
    "an id above the number of classes": (
        make_features(class_text=None, ids=[2, 3], boxes=[BOX, BOX]),
        {},
        {"mug": 1},
        [(2, "id 3", "its id is 3, outside 1 to 2, the number of classes")],
    ),
    "id 0": (
        make_features(class_text=[], ids=[0], boxes=[BOX]),
        {},
        {},
        [(1, "id 0", "its id is 0, outside 1 to 2, the number of classes")],
    ),
    "a class that the model's config does not count": (
        make_features("bagel", "mug"),
        {"num_classes": 1},
        {"bagel": 1},
        [(2, "mug", "its id is 2, outside 1 to 1, the number of classes")],
    ),
    "a coordinate that is no number": (
        make_features("mug", "mug", boxes=[(0.1, NAN, 0.2, 0.3), BOX]),
        {},
        {"mug": 1},
        [(1, "mug", "its box has a coordinate that is not a number")],
    ),
    "too many boxes": (
        make_features("mug", "Mug", "mug", "bagel"),
        {"max_boxes": 2},
        {"mug": 2},
        [
            (2, "Mug", "the text 'Mug' is not in the label map, whatever its id"),
            (4, "bagel", "the reader's max_number_of_boxes is 2"),
        ],
    ),
    "weight 0": (make_features("mug", "bagel", weight=[1.0, 0.0]), {}, {"mug": 1}, [(2, "bagel", "its weight is 0")]),
    "weights move up where a box is dropped": (
        make_features("Mug", "mug", "bagel", weight=[0.0, 1.0, 1.0]),
        {},
        {"bagel": 1},
        [(1, "Mug", "the text 'Mug' is not in the label map, whatever its id"), (2, "mug", "its weight is 0")],
    ),
    "too few weights": (
        make_features("mug", "mug", "bagel", weight=[0.5, 2.0]),
        {},
        {"mug": 2},
        [(3, "bagel", "there are only 2 weights")],
    ),
    "a class without a box": (
        make_features("mug", "bagel", boxes=[BOX]),
        {},
        {"mug": 1},
        [(2, "bagel", "it has a class but no box")],
    ),
}


@pytest.mark.parametrize("case", LOST)
def test_a_lost_box_is_named_with_its_reason(case, tmp_path):
    features, options, expected, lost = LOST[case]
    options = dict(options)
    if items := options.pop("items", None):
        (tmp_path / "own.pbtxt").write_text(items)
        options["label_map"] = tmp_path / "own.pbtxt"
    proof = prove_one(tmp_path, make_features("bagel"), features, **options)
    counts = dict(expected)
    if "items" not in LOST[case][1]:
        counts["bagel"] = counts.get("bagel", 0) + 1
    assert seen(proof) == counts
    found = [box for box in proof.lost if box.record == 2]
    assert [(box.number, box.label, box.reason) for box in found] == lost
    assert {(box.split, box.file, box.image) for box in found} == {("train", "train.record", "tray.jpg")}
    assert not proof.holds
    number, label, reason = lost[0]
    assert str(found[0].problem) == (
        f'train.record: record 2 (tray.jpg): object {number} "{label}" is lost to the trainer: {reason}. {REMEDY}'
    )


STOPS = {
    "no picture": (make_features("mug", encoded=None), "image/encoded is missing or empty"),
    "an empty picture": (make_features("mug", encoded=[b""]), "image/encoded is missing or empty"),
    "a picture that is none of TensorFlow's": (
        make_features("mug", encoded=[b"RIFF____WEBPVP8 "]),
        "image/encoded begins with b'RIFF', which is no JPEG, PNG or BMP",
    ),
    "raw pixels": (
        make_features("mug", format=["raw"]),
        "image/format is raw, so that the picture would be taken for bare pixels",
    ),
    "two heights": (make_features("mug", height=[30, 30]), "image/height must hold one value, but holds 2"),
    "a height that is a float": (
        make_features("mug", height=[30.0]),
        "image/height must hold integers, but holds floats",
    ),
    "flags that are floats": (
        make_features("mug", difficult=[0.0]),
        "image/object/difficult must hold integers, but holds floats",
    ),
    "sides that are integers": (
        make_features("mug", bbox_xmin=[0]),
        "image/object/bbox/xmin must hold floats, but holds integers",
    ),
    "sides of unequal length": (
        make_features("mug", "mug", bbox_xmax=[0.5]),
        "the lists of box sides differ in length: 2 ymin, 2 xmin, 2 ymax, 1 xmax",
    ),
    "fewer classes than boxes": (make_features("mug", boxes=[BOX, BOX]), "2 boxes, but 1 classes"),
    "flags of another length": (
        make_features("mug", "mug", is_crowd=[0, 0, 1]),
        "image/object/is_crowd holds 3 values for 2 boxes",
    ),
    "a box upside down": (
        make_features("mug", "mug", boxes=[BOX, (0.1, 0.6, 0.5, 0.2)]),
        "the box of object 2: ymax 0.2 < ymin 0.6",
    ),
    "a box from right to left": (
        make_features("mug", boxes=[(0.5, 0.1, 0.4, 0.2)]),
        "the box of object 1: xmax 0.4 < xmin 0.5",
    ),
    "a box beyond the picture": (
        make_features("mug", boxes=[(0.1, 0.1, 1.11, 0.5)]),
        "the box of object 1: 1.11 > 1.1: normalised coordinates are shares of the picture, 0 to 1",
    ),
    "a box in pixels": (
        make_features("mug", boxes=[(4.0, 6.0, 20.0, 24.0)]),
        "the box of object 1: 24 > 1.1: normalised coordinates are shares of the picture, 0 to 1",
    ),
    "an infinite box": (make_features("mug", boxes=[(-INF, 0.0, 0.5, 0.5)]), "the box of object 1: it is infinite"),
    "no example": (b"not an example", "the record is not a tf.train.Example"),
}


@pytest.mark.parametrize("case", STOPS)
def test_what_ends_the_run_is_named_and_all_its_boxes_are_lost(case, tmp_path):
    features, what = STOPS[case]
    proof = prove_one(tmp_path, make_features("bagel"), features)
    assert seen(proof) == {"bagel": 1}
    where = "train.record: record 2" if isinstance(features, bytes) else "train.record: record 2 (tray.jpg)"
    assert [str(problem) for problem in proof.stops] == [f"{where}: {what}; training or evaluation ends here. {REMEDY}"]
    assert {box.reason for box in proof.lost} <= {"its record ends the run"}
    assert not proof.holds


KEPT = {
    "difficult and crowd objects": make_features("mug", "mug", difficult=[1, 1], is_crowd=[1, 0]),
    "a coordinate a little above 1, and below 0": make_features("mug", "mug", boxes=[(-0.5, 0.0, 1.1, 1.0), BOX]),
    "a box without an area": make_features("mug", "mug", boxes=[(0.5, 0.5, 0.5, 0.5), BOX]),
    "no format, no name, no size": make_features(
        "mug", "mug", format=None, filename=None, source_id=None, height=None, width=None
    ),
    "flags twice as many as boxes": make_features("mug", "mug", is_crowd=[0, 0, 0, 0]),
    "too many weights": make_features("mug", "mug", weight=[1.0, 1.0, 0.0]),
    "unknown features of any kind": make_features("mug", "mug", **{"image/mine": [1.5], "x": ["y"]}),
    "a wrong id beside a right text": make_features("mug", "mug", ids=[99, 0]),
    "an inverted box of an unknown class": make_features("mug", "Mug", "mug", boxes=[BOX, (0.5, 0.5, 0.1, 0.1), BOX]),
    "a PNG that is called a JPEG": make_features("mug", "mug", encoded=[picture("PNG")]),
    "a BMP": make_features("mug", "mug", encoded=[picture("BMP")], format=["bmp"]),
}


@pytest.mark.parametrize("case", KEPT)
def test_what_does_no_harm_is_seen(case, tmp_path):
    proof = prove_one(tmp_path, KEPT[case])
    assert seen(proof) == {"mug": 2}
    assert proof.stops == ()


def test_a_class_is_found_by_its_name_and_by_its_display_name_as_upstream_has_it(tmp_path):
    label_map = tmp_path / "coco.pbtxt"
    label_map.write_text(
        'item { name: "/m/01" display_name: "person" id: 1 } item { name: "cat" id: 2 }\n'
        'item { name: "person" id: 5 } item { name: "dog" id: 3 }'
    )
    texts = ["/m/01", "person", "cat", "", "dog"]
    proof = prove_one(tmp_path, make_features(*texts), label_map=label_map)
    # "person" is the name of 5 and the display name of 1: the higher wins; a blank text is the last without a
    # display name
    assert seen(proof) == {"person": 2, "cat": 1, "dog": 2}
    assert [row.label for row in proof.rows] == ["cat", "dog", "person"]


def test_without_a_label_map_ids_count_and_texts_do_not(tmp_path):
    path = write_record(tmp_path / "a.record", [make_features("mug", "any", ids=[1, 2])])
    proof = prove_records([RecordSource(path, "all")], Classes({}, {}, 2))
    assert seen(proof) == {"id 1": 1, "id 2": 1}


def test_an_empty_file_would_hang_weighted_training(tmp_path):
    (stop,) = prove_one(tmp_path).stops
    assert str(stop) == (
        "train.record: the file has no record; training that draws from it by weight would hang for ever. "
        "Delete the file, and take it out of the config."
    )


@pytest.mark.parametrize("place", [0, 30, -1])
def test_a_damaged_file_is_a_part_of_the_proof(place, tmp_path):
    path = write_record(tmp_path / "train.record", [make_features("mug")] * 2)
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    classes = Classes.read(write_label_map(tmp_path / "map.pbtxt", "mug"))
    proof = prove_records([RecordSource(path, "train")], classes, {"train": {"mug": 2}})
    assert "the checksum of its" in str(proof.stops[0])
    assert "are in no record" in str(proof.problems()[-1])
    assert proof.rows == (ProofRow("train", "mug", 2, 0 if place >= 0 else 1),)


def test_counts_that_do_not_add_up_are_named(tmp_path):
    proof = prove_one(tmp_path, make_features("mug", "mug"), expected={"bagel": 3, "mug": 1})
    assert not proof.holds
    assert [str(problem) for problem in proof.problems()] == [
        f'train: 3 of 3 boxes of "bagel" in the annotations are in no record. {REMEDY}',
        f'train: the records hold 1 boxes of "mug" more than the annotations. {REMEDY}',
    ]
    assert proof.lines()[-1].split() == ["all", "4", "2", "2"]


def test_an_absent_file_and_a_bad_label_map(tmp_path):
    proof = prove_records([RecordSource(tmp_path / "nix", "train")], Classes({}, {}, 1))
    assert "nix: the records can't be read" in str(proof.stops[0])
    (tmp_path / "map.pbtxt").write_text('item { name: "a" id: -1 }')
    with pytest.raises(RecordError, match=r"map.pbtxt: item 1 'a': id -1 < 1. Ids start at 1; 0 is the background."):
        Classes.read(tmp_path / "map.pbtxt")
    (tmp_path / "map.pbtxt").write_text('item { name: "background" id: 0 } item { name: "a" id: 1 }')
    assert Classes.read(tmp_path / "map.pbtxt").num_classes == 1


ONLY_LATER = {"a box beyond the picture", "a box in pixels", "an infinite box"}
"""Stops that come after the input pipeline: in evaluation, or as a loss that is no number."""


@pytest.mark.tensorflow
def test_upstream_sees_what_the_proof_says_it_does(tmp_path):
    label_map = write_label_map(tmp_path / "label_map.pbtxt", "bagel", "mug")
    options = {"num_classes": 2, "max_boxes": 3}
    sound = [make_features("bagel", "mug"), make_features()]
    lost = [features for features, own, *_ in LOST.values() if not own] + [make_features(*["mug"] * 5)]
    stops = [features for case, (features, _) in STOPS.items() if case not in ONLY_LATER]
    for name, examples in (("lost", [*lost, *KEPT.values(), *sound]), ("stops", [*sound, *stops, *sound])):
        path = write_record(tmp_path / f"{name}.record", examples)
        proof = prove_records([RecordSource(path, "train")], Classes.read(label_map, 2), max_boxes=3)
        records, counts = upstream_counts(path, label_map, **options)
        assert records == len(examples) - len(proof.stops)
        assert counts == {name: seen(proof).get(name, 0) for name in ("bagel", "mug")}
    assert len(proof.stops) == len(stops)


@pytest.mark.tensorflow
def test_upstream_agrees_on_records_drawn_at_random(tmp_path):
    draw = random.Random(3)
    examples = [drawn_features(draw) for _ in range(600)]
    path = write_record(tmp_path / "a.record", examples)
    label_map = write_label_map(tmp_path / "label_map.pbtxt", "bagel", "mug")
    proof = prove_records([RecordSource(path, "train")], Classes.read(label_map), max_boxes=3)
    records, counts = upstream_counts(path, label_map, num_classes=2, max_boxes=3)
    assert 100 < records == len(examples) - len(proof.stops) < 500
    assert counts == {name: seen(proof)[name] for name in ("bagel", "mug")}
    assert min(counts.values()) > 50
    assert len({box.reason for box in proof.lost}) > 8


def drawn_features(draw):
    """Anything may be wrong, most things are right."""

    def often(right, *wrong):
        return right if draw.random() < 0.93 else draw.choice(wrong)

    def length(count):
        return often(count, 0, count + 1, count * 2, max(count - 1, 0))

    count = draw.choice([0, 1, 1, 2, 3, 5])
    boxes = [
        draw.choice([BOX, BOX, (0.0, 0.0, 1.0, 1.0), often(BOX, (0.5, 0.1, 0.4, 0.2), (NAN, 0.0, 1.0, 1.0))])
        for _ in range(count)
    ]
    features = make_features(
        *[often(draw.choice(["mug", "bagel"]), "Mug", "") for _ in range(length(count))], boxes=boxes
    )
    features["image/object/class/label"] = [often(draw.choice([1, 2]), -1, 0, 3) for _ in range(length(count))]
    if draw.random() < 0.3:
        features["image/object/class/text"] = None
    for name, values in {"difficult": [0, 1], "is_crowd": [0, 1], "area": [1.0], "group_of": [0]}.items():
        features[f"image/object/{name}"] = [draw.choice(values) for _ in range(length(count))]
    if draw.random() < 0.5:
        features["image/object/weight"] = [often(1.0, 0.0, 0.5) for _ in range(length(count))]
    features["image/object/bbox/xmax"] = features["image/object/bbox/xmax"][: length(count)]
    for name, wrong in {"image/height": [1, 2], "image/format": [1], "image/encoded": []}.items():
        features[name] = often(features[name], wrong)
    return features


@pytest.mark.tensorflow
def test_upstream_looks_texts_up_as_the_proof_does(tmp_path):
    label_map = tmp_path / "coco.pbtxt"
    label_map.write_text(
        'item { name: "/m/01" display_name: "person" id: 1 } item { name: "cat" id: 2 }\n'
        'item { name: "person" id: 5 } item { name: "dog" id: 3 } item { name: "dog" id: 4 display_name: "hound" }'
    )
    texts = ["/m/01", "person", "cat", "", "dog", "hound", "nix", "Person"]
    path = write_record(tmp_path / "a.record", [make_features(text) for text in texts])
    classes = Classes.read(label_map)
    _, counts = upstream_counts(path, label_map, num_classes=5, max_boxes=9, names={n: str(n) for n in range(1, 6)})
    ours = [classes.ids.get(text.encode(), -1) for text in texts]
    assert counts == {str(class_id): ours.count(class_id) for class_id in range(1, 6)}


@pytest.mark.tensorflow
def test_upstream_s_evaluation_ends_at_a_box_in_pixels():
    from tfodkit.odapi.install import install

    install()
    import tensorflow as tf
    from object_detection.core import box_list, box_list_ops

    for largest, ends in ((1.1, False), (1.1001, True)):
        boxes = box_list.BoxList(tf.constant([[0.0, 0.0, 0.5, largest]]))
        if ends:
            with pytest.raises(tf.errors.InvalidArgumentError, match="larger than"):
                box_list_ops.to_absolute_coordinates(boxes, 30, 40)
        else:
            box_list_ops.to_absolute_coordinates(boxes, 30, 40)


def upstream_counts(path, label_map, *, num_classes, max_boxes, names=None):
    """How many records come out of the Object Detection API's input pipeline, and objects of each class."""
    from tfodkit.odapi.install import install

    install()
    import tensorflow as tf
    from google.protobuf import text_format
    from object_detection import inputs
    from object_detection.builders import dataset_builder
    from object_detection.protos import input_reader_pb2

    reader = text_format.Parse(
        f'label_map_path: "{label_map}" shuffle: false num_epochs: 1 num_readers: 1 '
        f'tf_record_input_reader {{ input_path: "{path}" }}',
        input_reader_pb2.InputReader(),
    )

    def preprocess(image):
        return image, tf.shape(image)[tf.newaxis, 1:]

    def transform(tensors):
        tensors = inputs.transform_input_data(tensors, preprocess, image_resizer_fn=None, num_classes=num_classes)
        return inputs.pad_input_data_to_static_shapes(tensors, max_boxes, num_classes, spatial_image_shape=[30, 40])

    dataset = dataset_builder.build(reader, transform_input_data_fn=transform)
    records, counts = 0, [0.0] * num_classes
    for tensors in dataset.ignore_errors().as_numpy_iterator():
        boxes = int(tensors["num_groundtruth_boxes"])
        weighted = tensors["groundtruth_weights"][:boxes] != 0
        counts = counts + (tensors["groundtruth_classes"][:boxes] * weighted[:, None]).sum(axis=0)
        records += 1
    names = names or {1: "bagel", 2: "mug"}
    return records, {names[index]: int(count) for index, count in enumerate(counts, start=1)}

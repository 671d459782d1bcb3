"""The example holds every field that the OD API reads, in TensorFlow's own bytes."""

import pytest
from builders import make_image_annotation, make_object

from tfodkit.dataset import LabelMap
from tfodkit.errors import RecordError
from tfodkit.images.encoded import EncodedImage
from tfodkit.records.example import ExampleWriter, parse_example

IMAGE = EncodedImage(b"\xff\xd8pixels", "jpeg", "ab" * 32, 40, 30)


def serialize(annotation):
    return ExampleWriter(LabelMap(("bagel", "crêpe"))).serialize(annotation, IMAGE)


def annotation():
    first = make_object("crêpe", 4, 6, 20, 24, truncated=True, pose="Left")
    return make_image_annotation("tray é.jpg", objects=(first, make_object("bagel", 0, 0, 40, 30, difficult=True)))


def test_every_field_is_there():
    f32 = pytest.approx
    assert parse_example(serialize(annotation()), where="x") == {
        "image/encoded": [IMAGE.content],
        "image/format": [b"jpeg"],
        "image/filename": ["tray é.jpg".encode()],
        "image/source_id": ["tray é.jpg".encode()],
        "image/key/sha256": [b"ab" * 32],
        "image/height": [30],
        "image/width": [40],
        "image/object/bbox/ymin": f32([6 / 30, 0]),
        "image/object/bbox/xmin": f32([4 / 40, 0]),
        "image/object/bbox/ymax": f32([24 / 30, 1]),
        "image/object/bbox/xmax": f32([20 / 40, 1]),
        "image/object/class/text": ["crêpe".encode(), b"bagel"],
        "image/object/class/label": [2, 1],
        "image/object/difficult": [0, 1],
        "image/object/truncated": [1, 0],
        "image/object/view": [b"Left", b"Unspecified"],
        "image/object/area": [16 * 18, 1200],
        "image/object/weight": [1, 1],
        "image/object/is_crowd": [0, 0],
        "image/object/group_of": [0, 0],
    }


def test_an_image_without_objects_has_empty_lists():
    features = parse_example(serialize(make_image_annotation(objects=())), where="x")
    assert {name for name, values in features.items() if not values} == {
        name for name in features if name.startswith("image/object/")
    }
    assert len(features) == 20


def test_what_is_no_example_is_refused():
    with pytest.raises(RecordError, match=r"x: record 3: the record is not a tf\.train\.Example"):
        parse_example(b"\xff", where="x: record 3")


@pytest.mark.tensorflow
@pytest.mark.parametrize("objects", [None, ()])
def test_tensorflow_serializes_to_the_same_bytes(objects):
    import tensorflow as tf

    ours = serialize(annotation() if objects is None else make_image_annotation(objects=objects))
    theirs = tf.train.Example.FromString(ours)
    assert theirs.SerializeToString(deterministic=True) == ours
    # built anew by TensorFlow's own classes, feature by feature, in another order
    anew = tf.train.Example()
    for name in sorted(theirs.features.feature, reverse=True):
        feature = theirs.features.feature[name]
        kind = feature.WhichOneof("kind")
        getattr(anew.features.feature[name], kind).value.extend(getattr(feature, kind).value)
        getattr(anew.features.feature[name], kind).SetInParent()
    assert anew.SerializeToString(deterministic=True) == ours

"""The example holds every field that the OD API reads, in TensorFlow's own bytes."""

import io

import pytest
from builders import make_image_annotation, make_object
from PIL import Image

from tfodkit.annotations.keypoints import Keypoint
from tfodkit.annotations.masks import InstanceMask, PolygonMask
from tfodkit.dataset import LabelMap
from tfodkit.errors import DataError, RecordError
from tfodkit.images.encoded import EncodedImage
from tfodkit.records.example import ExampleWriter, parse_example
from tfodkit.records.shapes import Shapes

IMAGE = EncodedImage(b"\xff\xd8pixels", "jpeg", "ab" * 32, 40, 30)


LABEL_MAP = LabelMap(("bagel", "crêpe"))
SQUARE = PolygonMask([(4, 6, 14, 6, 14, 18, 4, 18)])
SPECK = PolygonMask([(4.1, 6.1, 4.2, 6.1, 4.2, 6.2)])


def serialize(annotation):
    return ExampleWriter(LABEL_MAP).serialize(annotation, IMAGE)


def pixels(png):
    """How many are inside a mask as large as the image."""
    with Image.open(io.BytesIO(png)) as image:
        assert image.size == (40, 30)
        return sum(image.convert("L").histogram()[1:])


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


def test_plain_data_has_no_features_of_shapes():
    shapes = Shapes.of([annotation()])
    assert shapes == Shapes()
    assert ExampleWriter(LABEL_MAP, shapes).serialize(annotation(), IMAGE) == serialize(annotation())


def test_crowds_are_marked():
    found = make_image_annotation(objects=(make_object("bagel", is_crowd=True), make_object("bagel")))
    assert parse_example(serialize(found), where="x")["image/object/is_crowd"] == [1, 0]


def test_there_are_as_many_masks_as_boxes():
    objects = (make_object("bagel"), make_object("bagel", mask=SQUARE), make_object("bagel", mask=SPECK))
    features = parse_example(serialize(make_image_annotation(objects=objects)), where="x")
    assert list(map(pixels, features["image/object/mask"])) == [0, 10 * 12, 0]
    assert features["image/object/mask/weight"] == [0, 1, 0]
    assert features["image/object/area"] == [288, 120, 288]  # the box's, where no pixel is inside


def test_there_are_as_many_keypoints_for_each_object():
    first = make_object("bagel", keypoints=(Keypoint("left", 10, 15, 2), Keypoint("right", 20, 6, 1)))
    second = make_object("crêpe", keypoints=(Keypoint("right", 40, 30, 2), Keypoint("tip é", 4, 3, 0)))
    found = make_image_annotation(objects=(first, make_object("bagel"), second))
    features = parse_example(serialize(found), where="x")
    names = ["left", "right", "tip é"]
    assert [text.decode() for text in features["image/object/keypoint/text"]] == names * 3
    assert features["image/object/keypoint/x"] == pytest.approx([0.25, 0.5, 0, 0, 0, 0, 0, 1, 0.1])
    assert features["image/object/keypoint/y"] == pytest.approx([0.5, 0.2, 0, 0, 0, 0, 0, 1, 0.1])
    assert features["image/object/keypoint/visibility"] == [2, 1, 0, 0, 0, 0, 0, 2, 0]


@pytest.mark.parametrize("objects", [(), (make_object("bagel"), make_object("crêpe"))])
def test_an_image_without_shapes_has_those_of_its_data_set(objects):
    plain = make_image_annotation(objects=objects)
    other = make_image_annotation(
        objects=(make_object(mask=SQUARE), make_object(keypoints=(Keypoint("tip", 1, 2, 2),)))
    )
    shapes = Shapes.of([plain, other, plain])
    assert shapes == Shapes(masks=True, keypoints=("tip",))
    features = parse_example(ExampleWriter(LABEL_MAP, shapes).serialize(plain, IMAGE), where="x")
    assert list(map(pixels, features["image/object/mask"])) == [0] * len(objects)
    assert features["image/object/mask/weight"] == [0] * len(objects)
    assert features["image/object/keypoint/text"] == [b"tip"] * len(objects)
    assert features["image/object/keypoint/visibility"] == [0] * len(objects)
    assert features["image/object/area"] == [288] * len(objects)


def test_a_mask_that_is_gone_is_named(tmp_path):
    found = make_image_annotation(objects=(make_object("bagel", mask=InstanceMask(tmp_path / "a.png", 1)),))
    with pytest.raises(DataError, match=r"a\.png: the mask is not there\. Replace the mask, or remove it\."):
        serialize(found)


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

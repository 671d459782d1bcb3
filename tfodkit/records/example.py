"""``tf.train.Example`` without TensorFlow: the message, and the features that the OD API's decoder reads.

TensorFlow owns the name ``tensorflow.Example`` in the default descriptor pool, so the message is described again in a
pool of its own; names differ, bytes do not (``tensorflow/core/example/{example,feature}.proto``). Map keys are sorted.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from google.protobuf.message import DecodeError

from tfodkit.annotations.values import ImageAnnotation
from tfodkit.dataset.label_map import LabelMap
from tfodkit.dataset.messages import message_class
from tfodkit.errors import RecordError
from tfodkit.images.encoded import EncodedImage
from tfodkit.records.shapes import Shapes, recorded_keypoints, recorded_masks

_SCHEMA = """
name: "tfodkit/example.proto" package: "tfodkit" syntax: "proto3"
message_type {
  name: "BytesList"
  field { name: "value" number: 1 type: TYPE_BYTES label: LABEL_REPEATED }
}
message_type {
  name: "FloatList"
  field { name: "value" number: 1 type: TYPE_FLOAT label: LABEL_REPEATED options { packed: true } }
}
message_type {
  name: "Int64List"
  field { name: "value" number: 1 type: TYPE_INT64 label: LABEL_REPEATED options { packed: true } }
}
message_type {
  name: "Feature"
  oneof_decl { name: "kind" }
  field { name: "bytes_list" number: 1 type: TYPE_MESSAGE type_name: ".tfodkit.BytesList" oneof_index: 0 }
  field { name: "float_list" number: 2 type: TYPE_MESSAGE type_name: ".tfodkit.FloatList" oneof_index: 0 }
  field { name: "int64_list" number: 3 type: TYPE_MESSAGE type_name: ".tfodkit.Int64List" oneof_index: 0 }
}
message_type {
  name: "Features"
  nested_type {
    name: "FeatureEntry"
    field { name: "key" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
    field { name: "value" number: 2 type: TYPE_MESSAGE type_name: ".tfodkit.Feature" label: LABEL_OPTIONAL }
    options { map_entry: true }
  }
  field {
    name: "feature" number: 1 type: TYPE_MESSAGE type_name: ".tfodkit.Features.FeatureEntry" label: LABEL_REPEATED
  }
}
message_type {
  name: "Example"
  field { name: "features" number: 1 type: TYPE_MESSAGE type_name: ".tfodkit.Features" label: LABEL_OPTIONAL }
}
"""


class ExampleWriter:
    """Turns annotated images into serialized examples, with the ids of one label map."""

    def __init__(self, label_map: LabelMap, shapes: Shapes | None = None) -> None:
        """``shapes`` are those of the whole data set; unless given, each example has those of its own objects."""
        self._ids = label_map.ids()
        self._shapes = shapes

    def serialize(self, annotation: ImageAnnotation, image: EncodedImage) -> bytes:
        """The bytes of the example of one image: all features below, the image's bytes unchanged.

        Boxes are ``yxyx_norm``, keypoints in shares of width and height likewise; ``area`` is in square pixels, of the
        mask where there is one, as COCO's metrics expect it. ``source_id`` is the image's name below its folder, which
        is unique in a data set.

        An object without a mask, in a data set with masks, has an empty one of ``image/object/mask/weight`` 0: so there
        are as many masks as boxes, and CenterNet passes over it. Mask R-CNN does not know such weights, and learns that
        the object has no pixels. A keypoint that an object lacks has visibility 0: the decoder makes nan of its place.

        Raises:
            DataError: the PNG of a mask can't be read, or is of another size than the image.
        """
        message = example_class()()
        feature = message.features.feature
        name = annotation.name.encode()
        _put_bytes(feature, "image/encoded", [image.content])
        _put_bytes(feature, "image/format", [image.format.encode()])
        _put_bytes(feature, "image/filename", [name])
        _put_bytes(feature, "image/source_id", [name])
        _put_bytes(feature, "image/key/sha256", [image.sha256.encode()])
        _put_ints(feature, "image/height", [annotation.height])
        _put_ints(feature, "image/width", [annotation.width])
        shapes = self._shapes or Shapes.of([annotation])
        self._put_objects(feature, annotation)
        if shapes.masks:
            _put_masks(feature, annotation)
        if shapes.keypoints:
            _put_keypoints(feature, annotation, shapes.keypoints)
        return bytes(message.SerializeToString(deterministic=True))

    def _put_objects(self, feature: Any, annotation: ImageAnnotation) -> None:
        objects = annotation.objects
        size = {"width": annotation.width, "height": annotation.height}
        boxes = [found.box.to_yxyx_norm(**size) for found in objects]
        for column, side in enumerate(("ymin", "xmin", "ymax", "xmax")):
            _put_floats(feature, f"image/object/bbox/{side}", [box[column] for box in boxes])
        _put_bytes(feature, "image/object/class/text", [found.label.encode() for found in objects])
        _put_ints(feature, "image/object/class/label", [self._ids[found.label] for found in objects])
        _put_ints(feature, "image/object/difficult", [found.difficult for found in objects])
        _put_ints(feature, "image/object/truncated", [found.truncated for found in objects])
        _put_bytes(feature, "image/object/view", [found.pose.encode() for found in objects])
        _put_floats(feature, "image/object/area", [found.box.area for found in objects])
        _put_floats(feature, "image/object/weight", [1.0 for _ in objects])
        _put_ints(feature, "image/object/is_crowd", [found.is_crowd for found in objects])
        _put_ints(feature, "image/object/group_of", [0 for _ in objects])


def _put_masks(feature: Any, annotation: ImageAnnotation) -> None:
    masks = list(recorded_masks(annotation))
    _put_bytes(feature, "image/object/mask", [mask.png for mask in masks])
    _put_floats(feature, "image/object/mask/weight", [mask.weight for mask in masks])
    areas = feature["image/object/area"].float_list.value
    areas[:] = [mask.pixels or area for mask, area in zip(masks, areas, strict=True)]


def _put_keypoints(feature: Any, annotation: ImageAnnotation, names: Iterable[str]) -> None:
    points = recorded_keypoints(annotation, names)
    _put_floats(feature, "image/object/keypoint/x", [point.x / annotation.width for point in points])
    _put_floats(feature, "image/object/keypoint/y", [point.y / annotation.height for point in points])
    _put_bytes(feature, "image/object/keypoint/text", [point.name.encode() for point in points])
    _put_ints(feature, "image/object/keypoint/visibility", [point.visibility for point in points])


def parse_example(record: bytes, *, where: str) -> dict[str, list[bytes] | list[float] | list[int]]:
    """The features of a serialized example by name; :class:`RecordError`, naming ``where``, when it is none."""
    try:
        message = example_class().FromString(record)
    except DecodeError as error:
        remedy = "Pass records that make-records wrote."
        raise RecordError(where, "the record is not a tf.train.Example", remedy) from error
    return {name: _values(feature) for name, feature in message.features.feature.items()}


def example_class() -> Any:
    """The message class, equal to ``tf.train.Example`` on the wire."""
    return message_class(_SCHEMA, "tfodkit.Example")


def _values(feature: Any) -> list[Any]:
    kind = feature.WhichOneof("kind")
    return list(getattr(feature, kind).value) if kind else []


def _put_bytes(feature: Any, name: str, values: Iterable[bytes]) -> None:
    _extend(feature[name].bytes_list, values)


def _put_floats(feature: Any, name: str, values: Iterable[float]) -> None:
    _extend(feature[name].float_list, values)


def _put_ints(feature: Any, name: str, values: Iterable[int]) -> None:
    _extend(feature[name].int64_list, map(int, values))


def _extend(of_kind: Any, values: Iterable[Any]) -> None:
    of_kind.SetInParent()  # an empty list has a kind too, as in TensorFlow's examples
    of_kind.value.extend(values)

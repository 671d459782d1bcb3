"""A trained model as TensorFlow Lite's converter takes it: one picture of a fixed size in, four detection tensors out.

Upstream's ``export_tflite_graph_lib_tf2`` is the model for this, with two differences, each of which has a reason:

- the input is a picture's own values, 0 to 255: phones can divide by one number for all channels, which is not what
  the ImageNet networks were trained with, so that normalisation stays in the graph;
- SSDs of any resizer are taken, not of ``fixed_shape_resizer`` alone: who calls the model resizes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfodkit.odapi import pipeline as pipelines
from tfodkit.odapi.serving import ServingModel, quiet

OPERATION = "TFLite_Detection_PostProcess"
OUTPUTS = ("detection_boxes", "detection_classes", "detection_scores", "num_detections")


def trace_for_tflite(
    model: ServingModel, config_text: str, size: tuple[int, int], *, is_quantized: bool = False
) -> tuple[Any, Any]:
    """The concrete function of one picture, float32 ``[1, height, width, 3]`` of 0 to 255, and the module it needs.

    It returns :data:`OUTPUTS`: boxes ``[1, n, 4]`` as ``(ymin, xmin, ymax, xmax)`` in shares of the input, padding
    included, which may reach over its borders; class indices from 0; falling scores; and how many of the ``n`` are
    meant. Of an SSD they exist in TensorFlow Lite alone: the converter puts the operation in that makes them.

    Args:
        model: of one of the architectures ``ssd`` or ``center_net``.
        config_text: its ``pipeline.config``.
        size: height and width of the input.
        is_quantized: whether activations will be 8-bit integers, in which boxes can't be decoded: an SSD's that lie
            outside the picture are given too then. They are left out otherwise, as the checkpoint does.
    """
    import tensorflow as tf

    architecture = pipelines.parse(config_text).model

    def detect(picture: Any) -> Any:
        normalized = model.detection_model._feature_extractor.preprocess(picture)
        predictions = model.detection_model.predict(normalized, None)
        if architecture.WhichOneof("model") == "center_net":
            return _center_net_outputs(model.detection_model, predictions, size)
        return _ssd_outputs(model.detection_model, predictions, architecture.ssd, is_quantized=is_quantized)

    signature = [tf.TensorSpec([1, *size, 3], tf.float32, name="image")]
    module = tf.Module(name="detector")
    module.weights = list(model.detection_model.variables)
    module.detect = tf.function(detect, input_signature=signature)
    with quiet():
        return module.detect.get_concrete_function(), module


def padding_value(model: ServingModel, pad: NDArray[np.float32]) -> NDArray[np.float32]:
    """The picture's values ``[3]`` that the model sees as ``pad``, where it pads pictures that are normalised already.

    An SSD does; a CenterNet pads the picture as it came.

    Raises:
        ValueError: the model's preprocessing is not one linear function a channel.
    """
    if hasattr(model.detection_model, "_center_params"):
        return pad
    black, white = (_preprocess(model, np.full(3, value, np.float32)) for value in (0, 255))
    values = (pad - black) * 255 / (white - black)
    if not np.allclose(_preprocess(model, values.astype(np.float32)), pad, atol=1e-3):
        raise ValueError("the model's preprocessing is not one linear function a channel")
    return values.astype(np.float32)


def _preprocess(model: ServingModel, values: NDArray[np.float32]) -> NDArray[np.float32]:
    import tensorflow as tf

    picture = tf.constant(values.reshape(1, 1, 1, 3))
    result: NDArray[np.float32] = model.detection_model._feature_extractor.preprocess(picture).numpy()[0, 0, 0]
    return result


def _center_net_outputs(model: Any, predictions: Any, size: tuple[int, int]) -> Any:
    import tensorflow as tf

    detections = model.postprocess(predictions, true_image_shapes=tf.constant([[*size, 3]], tf.int32))
    return {name: tf.cast(detections[name], tf.float32) for name in OUTPUTS}


def _ssd_outputs(model: Any, predictions: Any, ssd: Any, *, is_quantized: bool) -> Any:
    from object_detection import export_tflite_graph_lib_tf2 as upstream

    scores = model._score_conversion_fn(predictions["class_predictions_with_background"])
    scores = scores[:, :, scores.shape[2] - ssd.num_classes :]  # the background, where there is one, comes first
    if not is_quantized:
        scores = _inside(model, predictions, scores)
    _, anchors = upstream.get_const_center_size_encoded_anchors(predictions["anchors"])
    boxes, classes, scores, count = _suppress(predictions["box_encodings"], scores, anchors, _attributes(ssd))
    return dict(zip(OUTPUTS, (boxes, classes, scores, count), strict=True))


def _inside(model: Any, predictions: Any, scores: Any) -> Any:
    """Scores ``[1, n, classes]``, -1 where nothing of a box is in the picture: the threshold drops it."""
    import tensorflow as tf

    boxes, _ = model._batch_decode(predictions["box_encodings"], predictions["anchors"])
    ymin, xmin, ymax, xmax = tf.unstack(tf.clip_by_value(boxes, 0.0, 1.0), axis=-1)
    is_inside = (ymax > ymin) & (xmax > xmin)
    return tf.where(is_inside[..., tf.newaxis], scores, -1.0)


def _attributes(ssd: Any) -> Mapping[str, int | float | bool]:
    suppression = ssd.post_processing.batch_non_max_suppression
    coder = ssd.box_coder.faster_rcnn_box_coder
    return {
        "max_detections": suppression.max_total_detections,
        "detections_per_class": suppression.max_detections_per_class,
        "max_classes_per_detection": 1,
        "use_regular_nms": True,
        "nms_score_threshold": suppression.score_threshold,
        "nms_iou_threshold": suppression.iou_threshold,
        "num_classes": ssd.num_classes,
        "y_scale": coder.y_scale,
        "x_scale": coder.x_scale,
        "h_scale": coder.height_scale,
        "w_scale": coder.width_scale,
    }


def _suppress(encodings: Any, scores: Any, anchors: Any, attributes: Mapping[str, int | float | bool]) -> Any:
    """Non-maximum suppression: an empty function that says what it stands for, which the converter puts there."""
    import tensorflow as tf

    def empty(box_encodings: Any, class_predictions: Any, anchors: Any) -> Any:  # noqa: ARG001 - their order counts
        return tuple(tf.constant(0.0) for _ in OUTPUTS)

    return tf.function(empty, experimental_implements=_implements(attributes))(encodings, scores, anchors)


def _implements(attributes: Mapping[str, int | float | bool]) -> str:
    """The text of a ``NameAttrList`` message."""
    kinds = {bool: "b", int: "i", float: "f"}
    values = (
        f'attr {{ key: "{name}" value {{ {kinds[type(value)]}: {str(value).lower()} }} }}'
        for name, value in attributes.items()
    )
    return " ".join([f'name: "{OPERATION}"', *values])

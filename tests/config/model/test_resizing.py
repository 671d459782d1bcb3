"""The size of a picture after each resizer; TensorFlow's own as oracle."""

from __future__ import annotations

import pytest

from tfodkit.config.model.resizing import Resized, resized
from tfodkit.config.pipeline import Message, parse_pipeline

FIXED = "fixed_shape_resizer { width: 300 height: 200 }"
RATIO = "keep_aspect_ratio_resizer { min_dimension: 60 max_dimension: 100 }"
PADDED = "keep_aspect_ratio_resizer { min_dimension: 60 max_dimension: 100 pad_to_max_dimension: true }"
GREATER = "conditional_shape_resizer { condition: GREATER size_threshold: 90 }"
SMALLER = "conditional_shape_resizer { condition: SMALLER size_threshold: 90 }"
IDENTITY = "identity_resizer {}"
SIZES = [(640, 480), (480, 640), (33, 997), (64, 64), (1, 1), (90, 91), (100, 61)]


def resizer(text: str) -> Message:
    return parse_pipeline(f"model {{ ssd {{ image_resizer {{ {text} }} }} }}", "a.config").model.ssd.image_resizer


def test_each_resizer_by_hand() -> None:
    size = {"width": 640, "height": 480}
    assert resized(resizer(FIXED), **size) == Resized(300, 200, 300, 200, is_fixed=True)
    assert resized(resizer(RATIO), **size) == Resized(80, 60, 80, 60, is_fixed=False)
    assert resized(resizer(RATIO), width=640, height=64) == Resized(100, 10, 100, 10, is_fixed=False)
    assert resized(resizer(PADDED), **size) == Resized(80, 60, 100, 100, is_fixed=True)
    assert resized(resizer(GREATER), **size) == Resized(90, 67, 90, 67, is_fixed=False)
    assert resized(resizer(SMALLER), **size) == Resized(640, 480, 640, 480, is_fixed=False)
    assert resized(resizer(SMALLER), width=45, height=60) == Resized(90, 120, 90, 120, is_fixed=False)
    assert resized(resizer(IDENTITY), **size) == Resized(640, 480, 640, 480, is_fixed=False)
    assert resized(resizer(""), **size) is None


@pytest.mark.tensorflow
@pytest.mark.parametrize("text", [FIXED, RATIO, PADDED, GREATER, SMALLER, IDENTITY])
def test_sizes_are_those_of_the_object_detection_api(text: str) -> None:
    import tensorflow as tf

    from tfodkit.odapi.install import install

    install()
    from object_detection.builders import image_resizer_builder

    message = resizer(text)
    resize = image_resizer_builder.build(message)
    for width, height in SIZES:
        image, shape = resize(tf.zeros([height, width, 3]))
        ours = resized(message, width=width, height=height)
        assert ours is not None
        assert tuple(image.shape[:2]) == (ours.canvas_height, ours.canvas_width)
        assert tuple(shape.numpy()[:2]) == (ours.height, ours.width)

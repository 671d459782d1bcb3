"""The inputs that a SavedModel takes, each a signature with the same outputs: what comes before the picture's pixels.

All of them hand their pixels to one function, which is traced once and saved once: a further signature costs a few
kilobytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

INPUT = "input_tensor"
ENCODED = "image/encoded"
"""Of a ``tf.Example``, as the Object Detection API's records have it: the bytes of a JPEG or PNG file."""

Shape = tuple[int | None, ...]
"""``None`` for a size that differs from call to call."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A way to call the model: its name in the SavedModel, and the type and shape of its argument ``input_tensor``."""

    name: str
    dtype: str
    shape: Shape
    takes: str
    """What to pass, in words."""


PIXELS: Shape = (None, None, None, 3)
SERVING_DEFAULT = Signature("serving_default", "uint8", PIXELS, "RGB pictures of one size, 0 to 255")
SIGNATURES = (
    SERVING_DEFAULT,
    Signature("float", "float32", PIXELS, "RGB pictures of one size, 0 to 255"),
    Signature("encoded", "string", (None,), "the bytes of JPEG or PNG files"),
    Signature("tf_example", "string", (None,), f"serialized tf.Examples, a JPEG or PNG file's bytes in {ENCODED}"),
)


def fixed_signature(batch: int | None, size: tuple[int, int] | None) -> Signature:
    """``fixed``: as ``serving_default``, of so many pictures a call, and of this height and width; None for any."""
    height, width = size or (None, None)
    return Signature("fixed", "uint8", (batch, height, width, 3), "RGB pictures of this number and size, 0 to 255")


def trace(model: Any, signatures: Sequence[Signature]) -> dict[str, Any]:
    """A ``tf.function`` of a ``DetectionModel`` for each signature, by its name; each is traced when it is needed."""
    import tensorflow as tf
    from object_detection import exporter_lib_v2

    upstream = exporter_lib_v2.DetectionInferenceModule(model)
    preprocess, detect = upstream._preprocess_input, tf.function(upstream._run_inference_on_images)
    return {signature.name: _function(preprocess, detect, signature) for signature in signatures}


def _function(preprocess: Callable[..., Any], detect: Callable[..., Any], signature: Signature) -> Any:
    import tensorflow as tf

    decode = {"encoded": _decode, "tf_example": _decode_example}.get(signature.name, _as_it_is)

    def run(input_tensor: Any) -> Any:
        return detect(*preprocess(input_tensor, decode))

    return tf.function(run, input_signature=[tf.TensorSpec(signature.shape, signature.dtype, name=INPUT)])


def _as_it_is(pixels: Any) -> Any:
    return pixels


def _decode(encoded: Any) -> Any:
    import tensorflow as tf

    return tf.io.decode_image(encoded, channels=3, expand_animations=False)


def _decode_example(serialized: Any) -> Any:
    import tensorflow as tf

    features = {ENCODED: tf.io.FixedLenFeature((), tf.string)}
    return _decode(tf.io.parse_single_example(serialized, features)[ENCODED])

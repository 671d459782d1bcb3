"""Modules that a foreign module imports and should not get; each stands in only while that module loads."""

from __future__ import annotations

from contextlib import AbstractContextManager
from types import ModuleType, SimpleNamespace
from typing import Any

from tfodkit.odapi.import_hook import stand_in


def tensorflow_io() -> AbstractContextManager[None]:
    """``tensorflow_io``: has no build for TensorFlow 2.17 or newer; DeepMAC takes one colour conversion out of it.

    The package is installed, because the API's metadata asks for it, but was built for another TensorFlow: it warns
    when imported, and its compiled parts do not load.
    """
    module = ModuleType("tensorflow_io", "Stands in for tensorflow_io: one colour conversion.")
    module.experimental = SimpleNamespace(color=SimpleNamespace(rgb_to_lab=rgb_to_lab))  # type: ignore[attr-defined]
    return stand_in("tensorflow_io", module)


def keras_applications() -> AbstractContextManager[None]:
    """``keras.applications.resnet``: ``keras`` is Keras 3 since 3.0; ``models.keras_models.resnet_v1`` wants Keras 2's.

    CenterNet ResNet18 and ResNet34 call its ``ResNet``, which Keras 3 does not offer there.
    """
    from tf_keras.src.applications import resnet

    module = ModuleType("keras.applications", "Stands in for Keras 2's keras.applications.")
    module.resnet = resnet  # type: ignore[attr-defined]
    return stand_in("keras.applications", module)


# sRGB, D65, 2 degrees observer (IEC 61966-2-1), written as tensorflow_io and scikit-image have them.
_RGB_TO_XYZ = [[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]]
_WHITE = [0.95047, 1.0, 1.08883]
_LINEAR_BELOW_SRGB, _LINEAR_BELOW_XYZ = 0.04045, 0.008856


def rgb_to_lab(image: Any) -> Any:
    """Pixels ``[..., 3]``, sRGB in 0 to 1 as CIE L*a*b*: L in 0 to 100, a and b about -110 to 110. Float tensors."""
    import tensorflow as tf

    image = tf.convert_to_tensor(image)
    linear = tf.where(image > _LINEAR_BELOW_SRGB, tf.pow((image + 0.055) / 1.055, 2.4), image / 12.92)
    xyz = tf.tensordot(linear, tf.constant(_RGB_TO_XYZ, image.dtype), [[-1], [1]]) / tf.constant(_WHITE, image.dtype)
    x, y, z = tf.unstack(tf.where(xyz > _LINEAR_BELOW_XYZ, tf.pow(xyz, 1 / 3), 7.787 * xyz + 16 / 116), axis=-1)
    return tf.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)

"""XLA compiles the networks of a model, each once, and nothing else of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tfodkit.odapi.install import install
from tfodkit.odapi.xla import compile_networks, is_refusal

pytestmark = pytest.mark.tensorflow


class Calls:
    """How often Keras was asked for what a network computes: compiled, it is asked while it is traced."""

    def __init__(self) -> None:
        self.count = 0


def network(calls: Calls, inner: Any = None) -> Any:
    """A Keras model of one convolution, after ``inner`` if there is one."""
    install()
    import tensorflow as tf

    class Network(tf.keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.inner = inner
            self.convolution = tf.keras.layers.Conv2D(4, 3, activation="relu")

        def call(self, images: Any) -> Any:
            calls.count += 1
            return self.convolution(images if self.inner is None else self.inner(images))

    return Network()


def detection_model(*networks: Any) -> Any:
    """What has the networks of a ``DetectionModel``."""
    import tensorflow as tf

    model = tf.Module()
    model.networks = networks
    return model


def test_a_compiled_network_computes_what_it_did() -> None:
    import tensorflow as tf

    calls = Calls()
    one = network(calls)
    images = tf.constant(np.random.default_rng(0).normal(size=(2, 9, 9, 3)), tf.float32)
    before = one(images).numpy()
    compile_networks(detection_model(one))
    with tf.GradientTape() as tape:
        after = one(images)
        loss = tf.reduce_sum(after**2)
    assert after.numpy() == pytest.approx(before, abs=1e-5)
    assert all(gradient is not None for gradient in tape.gradient(loss, one.trainable_variables))
    traced = calls.count
    one(images)
    assert calls.count == traced > 1


def test_a_network_within_a_network_is_compiled_with_it() -> None:
    install()
    outer_calls, inner_calls = Calls(), Calls()
    inner = network(inner_calls)
    outer = network(outer_calls, inner)
    own = type(inner).call
    compile_networks(detection_model(outer))
    assert inner.call.__func__ is own
    assert not hasattr(outer.call, "__func__")


def test_what_xla_refuses_is_told_from_other_errors() -> None:
    import tensorflow as tf

    class Strings(tf.keras.Model):  # type: ignore[misc]
        def call(self, images: Any) -> Any:
            return tf.strings.length(tf.strings.as_string(images))

    model = Strings()
    assert model(tf.constant([1.5])).numpy().tolist() == [8]
    compile_networks(detection_model(model))
    with pytest.raises(tf.errors.OpError) as refused:
        model(tf.constant([1.5]))
    assert is_refusal(refused.value)
    assert not is_refusal(tf.errors.ResourceExhaustedError(None, None, "OOM when allocating a tensor"))

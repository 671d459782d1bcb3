"""The average of checkpoints, and what is no number, on a Keras model of a few weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tfodkit.errors import CheckpointError
from tfodkit.odapi.weights import are_finite, average_checkpoints, save_weights

pytestmark = pytest.mark.tensorflow


@pytest.fixture
def model() -> Any:
    import tensorflow as tf

    class Small(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.kernel = tf.Variable([0.0, 0.0])
            self.count = tf.Variable(0, dtype=tf.int64)

    return Small()


def saved(model: Any, folder: Path, *kernels: tuple[float, float]) -> list[Path]:
    prefixes = []
    for number, kernel in enumerate(kernels, 1):
        model.kernel.assign(kernel)
        model.count.assign(number)
        prefixes.append(folder / f"ckpt-{number}")
        save_weights(model, prefixes[-1])
    return prefixes


def test_the_average_is_the_mean_and_a_counter_the_last(model: Any, tmp_path: Path) -> None:
    average_checkpoints(model, saved(model, tmp_path, (1, 2), (2, 4), (6, 3)))
    np.testing.assert_array_equal(model.kernel.numpy(), [3, 3])
    assert int(model.count) == 3


def test_a_checkpoint_that_lacks_a_variable_is_named(model: Any, tmp_path: Path) -> None:
    import tensorflow as tf

    prefixes = saved(model, tmp_path, (1, 2))
    tf.train.Checkpoint(model=tf.train.Checkpoint(count=model.count)).write(str(tmp_path / "other"))
    with pytest.raises(CheckpointError, match=r"other: lacks the variable model/kernel\. Remove it; the others can be"):
        average_checkpoints(model, [*prefixes, tmp_path / "other"])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_is_found(model: Any, value: float) -> None:
    import tensorflow as tf

    class Holder:
        variables = (tf.Variable([1.0, 2.0]), tf.Variable(3, dtype=tf.int64), tf.Variable([1.0, value]))

    assert not are_finite(Holder)
    Holder.variables = Holder.variables[:2]
    assert are_finite(Holder)

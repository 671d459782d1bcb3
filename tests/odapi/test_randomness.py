"""Random numbers that depend on a number: the same again, different for another, of the same distribution."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tfodkit.odapi.install import install
from tfodkit.odapi.randomness import numbered

pytestmark = pytest.mark.tensorflow

CALLS = 7


def draw_all(tf1: Any) -> list[Any]:
    """Every kind of random operation that the Object Detection API calls."""
    boxes = tf1.constant([[[0.1, 0.1, 0.5, 0.5]]])
    return [
        tf1.random_uniform([50], minval=-2.0, maxval=3.0),
        tf1.random_uniform([50], maxval=9, dtype=tf1.int32),
        tf1.random.normal([50], stddev=2.0),
        tf1.truncated_normal([50]),
        tf1.random_shuffle(tf1.range(50)),
        tf1.multinomial([[0.0, 1.0]], 50),
        tf1.image.sample_distorted_bounding_box([100, 100, 3], bounding_boxes=boxes, min_object_covered=0.1)[2],
    ]


@pytest.fixture(scope="module")
def drawn() -> dict[str, list[np.ndarray[Any, Any]]]:
    install()
    import tensorflow as tf

    def draw(number: Any) -> Any:
        with numbered(3, number):
            return draw_all(tf.compat.v1)

    compiled = tf.function(draw, autograph=False)
    numbers = {"first": 4, "again": 4, "other": 5}
    return {name: [part.numpy() for part in compiled(tf.constant(n, tf.int64))] for name, n in numbers.items()}


@pytest.mark.parametrize("call", range(CALLS))
def test_the_number_decides_what_is_drawn(drawn: dict[str, list[Any]], call: int) -> None:
    assert np.array_equal(drawn["first"][call], drawn["again"][call])
    assert not np.array_equal(drawn["first"][call], drawn["other"][call])


def test_ranges_and_shapes_are_those_of_the_calls(drawn: dict[str, list[Any]]) -> None:
    uniform, whole, normal, truncated, shuffled, chosen, box = drawn["first"]
    assert -2 <= uniform.min() < -1 < 2 < uniform.max() <= 3
    assert set(whole) <= set(range(9))
    assert 1 < normal.std() < 3
    assert abs(truncated).max() <= 2
    assert sorted(shuffled) == list(range(50))
    assert set(chosen[0]) == {0, 1}
    assert box.shape == (1, 1, 4)


def test_two_calls_draw_different_numbers() -> None:
    install()
    import tensorflow as tf

    with numbered(0, tf.constant(1, tf.int64)):
        one, other = tf.random.uniform([8]), tf.random.uniform([8])
    assert not np.array_equal(one, other)


def test_outside_nothing_is_changed() -> None:
    install()
    import tensorflow as tf

    with numbered(0, tf.constant(1, tf.int64)):
        pass
    tf.random.set_seed(1)
    before = tf.random.uniform([4])
    tf.random.set_seed(1)
    assert np.array_equal(before, tf.random.uniform([4]))
    assert not np.array_equal(before, tf.random.uniform([4]))

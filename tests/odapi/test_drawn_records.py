"""Records on their way from Python into TensorFlow."""

from __future__ import annotations

from pathlib import Path

import pytest

from tfodkit.odapi.inputs import DrawnRecords
from tfodkit.odapi.install import install

pytestmark = pytest.mark.tensorflow

RECORD = 100_000
MEBIBYTE = 1 << 20


def resident_mebibytes() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / MEBIBYTE


def test_bytes_arrive_whole_with_zeros_at_their_end() -> None:
    install()
    import tensorflow as tf

    drawn = DrawnRecords(lambda draw: bytes([draw]) + b"\0a\0\0", first=0, seed=0)
    assert tf.numpy_function(drawn.read, [tf.constant(7, tf.int64)], tf.string).numpy() == b"\7\0a\0\0"


def test_what_was_read_is_let_go() -> None:
    install()
    import tensorflow as tf

    drawn = DrawnRecords(lambda draw: b"%d" % draw + bytes(RECORD), first=0, seed=0)
    read = iter(tf.data.Dataset.counter().map(lambda draw: tf.numpy_function(drawn.read, [draw], tf.string)))
    for _ in range(200):
        next(read)
    before = resident_mebibytes()
    for _ in range(2000):
        next(read)
    assert resident_mebibytes() - before < 2000 * RECORD / MEBIBYTE / 10

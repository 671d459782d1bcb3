"""``model_lib_v2.train_loop``, with a clock where it reports. Arguments: config, folder, steps after the first."""

from __future__ import annotations

import sys
from typing import Any

from clock import Clock

from tfodkit.odapi.install import install

STEPS_A_CALL = 10

config, folder, steps = sys.argv[1], sys.argv[2], int(sys.argv[3])
clock = Clock()
install()

import tensorflow as tf  # noqa: E402 - after the mends
from object_detection import model_lib_v2  # noqa: E402

write_scalar = tf.compat.v2.summary.scalar


def timed(name: str, data: Any, step: Any = None, **rest: Any) -> Any:
    """The first that the loop does after a call of so many steps is to write down their speed."""
    if name == "steps_per_sec":
        clock.note(int(step))
    return write_scalar(name, data, step=step, **rest)


tf.compat.v2.summary.scalar = timed
calls = 1 + -(-steps // STEPS_A_CALL)
model_lib_v2.train_loop(
    config, folder, train_steps=calls * STEPS_A_CALL, num_steps_per_iteration=STEPS_A_CALL, checkpoint_every_n=10**9
)
clock.print()

"""``tfodkit train``, with a clock at each of its steps. Arguments: config, folder, steps after the first."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clock import Clock

from tfodkit.odapi.learner import Learner

config, folder, steps = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
clock = Clock()
take_step = Learner.take_step


class Enough(BaseException):
    """The steps are taken; what comes after them is not measured."""


def timed(self: Learner, count: int = 1) -> Mapping[str, Any]:
    """A step is over when the next one is asked for: with all that the loop does beside it."""
    if self.step:
        clock.note(self.step)
    if self.step > steps:
        raise Enough
    return take_step(self, count)


Learner.take_step = timed  # type: ignore[method-assign]
try:
    from tfodkit.training.options import TrainOptions
    from tfodkit.training.train import train

    train(config, folder / "run", TrainOptions(steps=steps + 2, eval_every=str(steps + 2)))
except Enough:
    clock.print()

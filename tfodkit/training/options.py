"""What can be asked of training, as one value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from tfodkit.config.nearest import nearest_names
from tfodkit.errors import UsageError
from tfodkit.training.cadence import Cadence
from tfodkit.training.recovery import OnOom

Precision = Literal["float32", "mixed_float16", "mixed_bfloat16"]
LARGEST_COUNT = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainOptions:
    """How to train; the defaults are those of the command line.

    Raises:
        UsageError: a value that can't be meant; it names the flag.
    """

    steps: int | None = None
    """The step to train to; None takes the config's ``num_steps``."""
    eval_every: str | int | None = None
    """``100`` steps, ``2e`` epochs or ``10m`` minutes; None: a fifth of the run, 1,000 steps at most."""
    save_every: str | int = "10m"
    """A checkpoint is saved as often, and before each evaluation: what a kill may cost."""
    log_every: int = 10
    """Steps between rows of ``metrics.csv``."""
    monitor: str = "mAP"
    """The figure by which the best checkpoint is told: a COCO figure, ``AP/mug``, or a loss."""
    patience: int | None = None
    """Evaluations without improvement after which a run ends; None: it does not."""
    min_delta: float = 0.0
    """An improvement is one by more than this."""
    max_hours: float | None = None
    """How long this start may take; it ends with the step in which the time is over."""
    keep: int = 1
    """Checkpoints in ``last/``."""
    average: int = 0
    """The newest checkpoints whose average is evaluated at the end; so many are kept. 0: none."""
    on_oom: OnOom = "accumulate"
    """Out of memory: take the batch in parts, one after the other; halve batch and learning rate; or stop."""
    mirror: Path | None = None
    """A folder that gets a copy of the run at each checkpoint; a run that is gone comes back from it."""
    force: bool = False
    """Go on with a changed config."""
    seed: int = 0
    """Of initial weights and shuffling."""
    precision: Precision = "float32"
    xla: bool = False
    accumulate: int = 1
    """In how many parts a batch is taken, one after the other, to save memory."""
    deterministic: bool = False
    """Two runs are equal to the bit, on a CPU; slower."""
    steps_per_loop: int = 1
    """Steps that TensorFlow takes in one call."""
    data_service: str | None = None
    """The address of a ``tf.data`` service that prepares the input, such as ``grpc://localhost:5000``."""

    def __post_init__(self) -> None:
        for flag, count, least in (
            ("--steps", self.steps, 1),
            ("--log-every", self.log_every, 1),
            ("--patience", self.patience, 1),
            ("--keep", self.keep, 1),
            ("--average", self.average, 0),
            ("--seed", self.seed, 0),
            ("--accumulate", self.accumulate, 1),
            ("--steps-per-loop", self.steps_per_loop, 1),
        ):
            _check_count(flag, count, least)
        _check_number("--min-delta", self.min_delta, is_above=False)
        _check_number("--max-hours", self.max_hours, is_above=True)
        _check_choice("--on-oom", self.on_oom, get_args(OnOom))
        _check_choice("--precision", self.precision, get_args(Precision))
        if self.average == 1:
            raise UsageError("--average", "must be 2 or more, or 0 for none, but got 1", "One is no average.")
        self.eval_cadence()
        self.save_cadence()

    def eval_cadence(self) -> Cadence | None:
        """How often to evaluate; None leaves it to the plan."""
        return None if self.eval_every is None else Cadence.parse(self.eval_every, "--eval-every")

    def save_cadence(self) -> Cadence:
        """How often to save between evaluations."""
        return Cadence.parse(self.save_every, "--save-every")


def _check_count(flag: str, count: int | None, least: int) -> None:
    if count is not None and not least <= count <= LARGEST_COUNT:
        what = f"must be a whole number of {least} or more, but got {count}"
        raise UsageError(flag, what, "Pass such a number.")


def _check_number(flag: str, number: float | None, *, is_above: bool) -> None:
    if number is None or (math.isfinite(number) and (number > 0 or (number == 0 and not is_above))):
        return
    least = "above 0" if is_above else "0 or more"
    raise UsageError(flag, f"must be a number {least}, but got {number}", "Pass such a number.")


def _check_choice(flag: str, choice: str, choices: tuple[str, ...]) -> None:
    if choice not in choices:
        what = f"must be one of {', '.join(choices)}, but got {choice!r}"
        raise UsageError(flag, what, nearest_names(choice, choices))

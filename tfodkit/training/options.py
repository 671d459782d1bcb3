"""What can be asked of training, as one value."""

# ruff: noqa: RUF009 - what is called makes fields

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from tfodkit.config.option_fields import option, read_options
from tfodkit.config.option_values import Reader, UnfitOptionError, as_number, boolean, count, one_of, shortest
from tfodkit.odapi.devices import Strategy
from tfodkit.training.cadence import Cadence
from tfodkit.training.recovery import OnOom

Precision = Literal["float32", "mixed_float16", "mixed_bfloat16"]
SWITCH = ""
"""The metavar of a flag that takes no value."""


def _number(least: float, *, without_least: bool = False) -> Reader:
    """A finite number of ``least`` or more, or above it."""

    def read(given: Any) -> float:
        value = as_number(given)
        if not math.isfinite(value) or value < least or (without_least and value == least):
            what = (
                f"must be a number {f'above {least:g}' if without_least else f'of {least:g} or more'}, but got {given}"
            )
            raise UnfitOptionError(what, "Give such a number.")
        return value

    return read


def _average(given: Any) -> int:
    value: int = count(0)(given)
    if value == 1:
        raise UnfitOptionError("must be 2 or more, or 0 for none, but got 1", "One is no average.")
    return value


def _panel(name: str) -> Callable[..., Any]:
    """What makes the fields of one panel of ``--help``."""

    def make_field(
        help: str,  # noqa: A002 - as typer calls it
        metavar: str,
        read: Reader,
        default: Any = None,
        *,
        text: Callable[[Any], str] = str,
    ) -> Any:
        return option(help, panel=name, metavar=metavar, read=read, default=default, text=text)

    return make_field


_length, _evaluation = _panel("How long"), _panel("Evaluation")
_keeping, _speed = _panel("Keeping and surviving"), _panel("Speed and memory")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainOptions:
    """How to train; the defaults are those of the command line.

    Raises:
        UsageError: a value that can't be meant; it names the flag.
    """

    steps: int | None = _length("Train to this step; the config's num_steps unless given.", "N", count())
    patience: int | None = _length(
        "End after so many evaluations without improvement, not counted while the learning rate warms up.", "N", count()
    )
    min_delta: float = _length("What is more than this is an improvement; 0 unless given.", "X", _number(0), 0.0)
    max_hours: float | None = _length(
        "End with the step in which this start has taken so long.", "X", _number(0, without_least=True), text=shortest
    )
    eval_every: Cadence | str | int | None = _evaluation(
        "100 steps, 2e epochs or 10m minutes; a fifth of the run, 1,000 steps at most, unless given.",
        "N|Ne|Nm",
        Cadence.read,
        text=Cadence.text,
    )
    monitor: str = _evaluation(
        "What tells the best checkpoint: a COCO figure (mAP, mAP@.50, AR@100 …), a class's AP (AP/mug), or a loss "
        "(Loss/total_loss); mAP unless given.",
        "NAME",
        str,
        "mAP",
    )
    log_every: int = _evaluation("Steps between rows of metrics.csv; 10 unless given.", "N", count(), 10)
    keep: int = _keeping("Checkpoints in last/; 1 unless given.", "N", count(), 1)
    save_every: Cadence | str | int = _keeping(
        "Save as often, and before each evaluation: what a kill may cost; 10m unless given.",
        "N|Ne|Nm",
        Cadence.read,
        Cadence(10, "minutes"),
        text=Cadence.text,
    )
    average: int = _keeping(
        "Evaluate the average of the last N checkpoints at the end too, and keep it in averaged/ (SWA).",
        "N",
        _average,
        0,
    )
    on_oom: OnOom = _keeping(
        "Out of memory: accumulate the gradients of parts of a batch, halve batch and learning rate, or stop; "
        "accumulate unless given.",
        "|".join(get_args(OnOom)),
        one_of(get_args(OnOom), "way"),
        "accumulate",
    )
    mirror: Path | None = _keeping(
        "Copy the run there at each checkpoint; a run that is gone comes back from it.", "FOLDER", Path
    )
    force: bool = _keeping("Go on with a changed config.", SWITCH, boolean, False)
    seed: int = _speed("Of initial weights and shuffling; 0 unless given.", "N", count(0), 0)
    precision: Precision = _speed(
        "What the model computes in; float32 unless given.",
        "|".join(get_args(Precision)),
        one_of(get_args(Precision), "precision"),
        "float32",
    )
    strategy: Strategy = _speed(
        "All GPUs of this machine, or its CPU, unless given; the same on every worker that TF_CONFIG names; a TPU.",
        "|".join(get_args(Strategy)),
        one_of(get_args(Strategy), "strategy"),
        "auto",
    )
    xla: bool = _speed(
        "Let XLA compile the networks of the model, which takes minutes; on a CPU a step then takes longer.",
        SWITCH,
        boolean,
        False,
    )
    accumulate: int = _speed("Take a batch in so many parts, one after the other, to save memory.", "N", count(), 1)
    steps_per_loop: int = _speed(
        "Steps that TensorFlow takes in one call, within --log-every and 2 s; 1 unless given.", "N", count(), 1
    )
    deterministic: bool = _speed("Let two runs be equal to the bit on a CPU; slower.", SWITCH, boolean, False)
    data_service: str | None = _speed(
        "A tf.data service that prepares the input, such as grpc://localhost:5000; a start begins its order anew.",
        "ADDRESS",
        str,
    )

    def __post_init__(self) -> None:
        read_options(self)

    @property
    def eval_cadence(self) -> Cadence | None:
        """How often to evaluate; None leaves it to the plan."""
        return None if self.eval_every is None else Cadence.read(self.eval_every)

    @property
    def save_cadence(self) -> Cadence:
        """How often to save between evaluations."""
        return Cadence.read(self.save_every)

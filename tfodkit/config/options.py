"""What can be asked of make-config, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tfodkit.config.nearest import nearest_names
from tfodkit.config.optimizers import OPTIMIZERS
from tfodkit.config.overrides import parse_overrides
from tfodkit.config.schedules import SCHEDULES
from tfodkit.config.weights import check_weight, format_weights, parse_weights, shortest
from tfodkit.errors import UsageError

CHECKPOINT_TYPES = ("detection", "classification", "full")
LEAST_IMAGE_SIZE = 64
LARGEST_IMAGE_SIZE = 4096
LARGEST_COUNT = 2**31 - 1
LARGEST_RATE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineOptions:
    """How the config is to differ from its template. None leaves the choice to :func:`tfodkit.make_config`.

    Raises:
        UsageError: a value that can't be meant; it names the flag.
    """

    weights: Mapping[str, float] | str | None = None
    """By class, or ``"bagel=1.5,mug=1"``, ``"balanced"``, ``"sqrt"``, ``"effective-number:0.999"`` (``weights.py``).

    None: every image equally often.
    """
    batch_size: int | None = None
    """Images a step, on all devices together. None: a template's own, 8 at most; a file of the user's keeps its own."""
    steps: int | None = None
    """None: a template's own, 5,000 at most; a file of the user's keeps its own."""
    learning_rate: float | None = None
    """The rate after the warm-up. None: the template's, scaled from its batch to this one."""
    optimizer: str | None = None
    """``momentum``, ``adam`` or ``rms_prop``; another one than the template's needs ``learning_rate`` too."""
    schedule: str | None = None
    """``cosine``, ``constant``, ``exponential`` or ``multi-step``; the template's is fitted to ``steps``."""
    augment: tuple[str, ...] | None = None
    """Steps as ``name:parameter=value,…`` in place of all of the template's; ``("none",)`` for none."""
    image_size: int | None = None
    """The side of the square that images are fitted into, in pixels; for a short-side resizer, the short side."""
    fine_tune_checkpoint: Path | None = None
    """``…/ckpt-0``, its ``.index`` file, or a folder with checkpoints; None starts from random weights."""
    fine_tune_checkpoint_type: str = "detection"
    """``detection`` restores all but the class heads, ``classification`` the backbone, ``full`` everything."""
    overrides: tuple[str, ...] = ()
    """Fields of the pipeline as ``path=value``, set last of all and in this order (``overrides.py``)."""

    def __post_init__(self) -> None:
        _check_count("--batch-size", self.batch_size)
        _check_count("--steps", self.steps)
        _check_learning_rate(self.learning_rate)
        _check_name("--optimizer", self.optimizer, OPTIMIZERS)
        _check_name("--schedule", self.schedule, SCHEDULES)
        _check_count("--image-size", self.image_size, LEAST_IMAGE_SIZE, LARGEST_IMAGE_SIZE)
        _check_name("--checkpoint-type", self.fine_tune_checkpoint_type, CHECKPOINT_TYPES)
        parse_overrides(self.overrides)
        if isinstance(self.weights, str):
            parse_weights(self.weights)
        elif self.weights is not None:
            for name, weight in self.weights.items():
                check_weight(name, weight)

    def flags(self) -> list[str]:
        """The command-line flags that ask for the same; nothing for what is left to make-config."""
        single = {
            "--weights": None if self.weights is None else format_weights(self.weights),
            "--batch-size": self.batch_size,
            "--steps": self.steps,
            "--learning-rate": None if self.learning_rate is None else shortest(self.learning_rate),
            "--optimizer": self.optimizer,
            "--schedule": self.schedule,
            "--image-size": self.image_size,
            "--checkpoint": self.fine_tune_checkpoint,
            "--checkpoint-type": self.fine_tune_checkpoint_type if self.fine_tune_checkpoint else None,
        }
        flags = [part for flag, value in single.items() if value is not None for part in (flag, str(value))]
        flags += [part for spec in self.augment or () for part in ("--augment", spec)]
        return flags + [part for override in self.overrides for part in ("--set", override)]


def _check_count(flag: str, value: int | None, least: int = 1, most: int = LARGEST_COUNT) -> None:
    if value is not None and not least <= value <= most:
        raise UsageError(
            f"{flag} {value}", f"must be {least} to {most}, but got {value}", f"Pass {flag} N in that range."
        )


def _check_learning_rate(value: float | None) -> None:
    if value is not None and not 0 < value <= LARGEST_RATE:
        what = f"must be above 0 and at most {LARGEST_RATE}, but got {value:g}"
        raise UsageError(f"--learning-rate {value:g}", what, "Pass --learning-rate X, 0.01 for example.")


def _check_name(flag: str, value: str | None, valid: tuple[str, ...]) -> None:
    if value is not None and value not in valid:
        noun = flag.removeprefix("--").replace("-", " ")
        raise UsageError(f"{flag} {value}", f"there is no {noun} {value!r}", nearest_names(value, valid))

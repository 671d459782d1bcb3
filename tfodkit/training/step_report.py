"""What there is to say after a step, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tfodkit.training.resources_used import MemoryUse

_PREFIX, _SUFFIX = "Loss/", "_loss"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReport:
    """The state of a run after a step.

    ``losses`` are the parts by upstream's names; ``epoch`` counts passes over the training images; ``waiting_share``
    is 0 to 1; what is not known yet is ``None``; ``best`` in words, once there is an evaluation.
    """

    step: int
    steps: int
    loss: float
    learning_rate: float
    losses: Mapping[str, float] = field(default_factory=dict)
    epoch: float | None = None
    images_per_second: float | None = None
    waiting_share: float | None = None
    memory: MemoryUse | None = None
    seconds_left: float | None = None
    best: str = ""

    @property
    def where(self) -> str:
        """How far the run is."""
        epoch = "" if self.epoch is None else f"  epoch {self.epoch:.2f}"
        left = "" if self.seconds_left is None else f"  ETA {clock(self.seconds_left)}"
        return f"step {self.step}/{self.steps}{epoch}{left}"

    @property
    def learning(self) -> str:
        """Losses and learning rate."""
        parts = ", ".join(f"{short_name(name)} {value:.4f}" for name, value in self.losses.items())
        return f"loss {self.loss:.4f}{f' ({parts})' if parts else ''}  rate {self.learning_rate:.3g}"

    @property
    def working(self) -> str:
        """Speed, waiting and memory; blank while nothing is known."""
        speed = "" if self.images_per_second is None else f"{self.images_per_second:.1f} images/s"
        waiting = "" if self.waiting_share is None else f"{self.waiting_share:.0%} waiting for input"
        return "  ".join(filter(None, (speed, waiting, str(self.memory or ""))))

    def __str__(self) -> str:
        return "  ".join(filter(None, (self.where, self.learning, self.working, self.best)))


def short_name(loss: str) -> str:
    """A part of the loss without what all names have in common.

    >>> short_name("Loss/localization_loss"), short_name("Loss/RPNLoss/objectness_loss")
    ('localization', 'RPNLoss/objectness')
    """
    return loss.removeprefix(_PREFIX).removesuffix(_SUFFIX)


def clock(seconds: float) -> str:
    """Seconds as people read them.

    >>> clock(42), clock(3725), clock(200_000)
    ('0:42', '1:02:05', '2 d 7:33:20')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours}:{minutes:02}:{rest:02}"
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"

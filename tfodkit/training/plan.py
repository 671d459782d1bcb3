"""How many steps, and what happens at which of them."""

from __future__ import annotations

from dataclasses import dataclass

EVALUATIONS_A_RUN = 5
MOST_STEPS_WITHOUT_EVALUATION = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPlan:
    """``steps`` in all, an evaluation and a checkpoint every ``eval_every``, a row of figures every ``log_every``.

    The last step is always logged, evaluated and saved.
    """

    steps: int
    eval_every: int
    log_every: int

    def __post_init__(self) -> None:
        for name in ("steps", "eval_every", "log_every"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be 1 or more, but got {getattr(self, name)}")

    @classmethod
    def make(cls, *, steps: int, eval_every: int | None, log_every: int) -> TrainingPlan:
        """A plan that evaluates five times, and at least every 1,000 steps, unless ``eval_every`` says otherwise."""
        default = min(MOST_STEPS_WITHOUT_EVALUATION, -(-steps // EVALUATIONS_A_RUN))
        return cls(steps=steps, eval_every=default if eval_every is None else eval_every, log_every=log_every)

    def logs_at(self, step: int) -> bool:
        """Whether the losses of ``step`` are written down."""
        return step % self.log_every == 0 or step == 1 or self.evaluates_at(step)

    def evaluates_at(self, step: int) -> bool:
        """Whether the weights after ``step`` are saved and evaluated."""
        return step % self.eval_every == 0 or step == self.steps

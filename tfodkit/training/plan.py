"""How many steps, and what happens at which of them."""

from __future__ import annotations

from dataclasses import dataclass

from tfodkit.training.cadence import SECONDS_A_MINUTE, Cadence

EVALUATIONS_A_RUN = 5
MOST_STEPS_WITHOUT_EVALUATION = 1000
MOST_SECONDS_AT_ONCE = 2.0
"""In which the live line stands still, and Ctrl-C waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPlan:
    """``steps`` in all, an evaluation every ``eval_every``, a row of figures every ``log_every`` steps.

    A checkpoint is saved before each evaluation, and every ``save_every``. The last step is always logged, evaluated
    and saved. Neither cadence is in epochs. ``at_once`` is how many steps may be taken in one call.
    """

    steps: int
    eval_every: Cadence
    save_every: Cadence
    log_every: int
    at_once: int = 1

    def __post_init__(self) -> None:
        for name in ("steps", "log_every", "at_once"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be 1 or more, but got {getattr(self, name)}")

    @classmethod
    def make(
        cls,
        *,
        steps: int,
        steps_per_epoch: float | None,
        eval_every: Cadence | None,
        save_every: Cadence,
        log_every: int,
        at_once: int = 1,
    ) -> TrainingPlan:
        """A plan that evaluates five times, and at least every 1,000 steps, unless ``eval_every`` says otherwise.

        Raises:
            UsageError: a cadence is in epochs, and ``steps_per_epoch`` is not known.
        """
        default = Cadence(min(MOST_STEPS_WITHOUT_EVALUATION, -(-steps // EVALUATIONS_A_RUN)))
        return cls(
            steps=steps,
            eval_every=(eval_every or default).without_epochs(steps_per_epoch, "--eval-every"),
            save_every=save_every.without_epochs(steps_per_epoch, "--save-every"),
            log_every=log_every,
            at_once=at_once,
        )

    def logs_at(self, step: int) -> bool:
        """Whether the losses of ``step`` are written down, evaluated or not."""
        return step % self.log_every == 0 or step == 1

    def evaluates_at(self, step: int, *, seconds: float) -> bool:
        """Whether the weights after ``step`` are saved and evaluated, ``seconds`` after the last evaluation."""
        return step >= self.steps or self.eval_every.is_due(step, seconds=seconds)

    def saves_at(self, step: int, *, seconds: float) -> bool:
        """Whether the weights after ``step`` are saved, ``seconds`` after this start's last checkpoint."""
        return self.save_every.is_due(step, seconds=seconds)

    def steps_at_once(self, step: int, *, step_seconds: float | None) -> int:
        """How many steps to take in one call after ``step``: not past what is to happen, nor longer than 2 s.

        ``step_seconds`` is what a step takes; one alone where nobody knows yet.
        """
        if self.at_once == 1 or step_seconds is None:
            return 1
        cadences = [
            self.log_every,
            *(each.count for each in (self.eval_every, self.save_every) if each.unit == "steps"),
        ]
        to_next = [int(every) - step % int(every) for every in cadences]
        count = min(self.at_once, self.steps - step, *to_next)
        return max(1, min(count, int(MOST_SECONDS_AT_ONCE // step_seconds)) if step_seconds > 0 else count)

    def evaluations_left(self, step: int, *, seconds_per_step: float) -> int:
        """How many evaluations are still to come after ``step``, at this speed."""
        if self.eval_every.unit == "steps":
            every = int(self.eval_every.count)
            return self.steps // every - step // every + bool(self.steps % every)
        seconds = (self.steps - step) * seconds_per_step
        return int(seconds // (SECONDS_A_MINUTE * self.eval_every.count)) + 1

"""How fast a run goes, and how long what is left of it will take."""

from __future__ import annotations

SMOOTHING = 0.9
EVALUATION_SHARE = 0.5
"""Time that evaluating an image takes, as a share of learning from it, before it was measured."""
EVALUATION_TRACING_SHARE = 0.5
"""Time that tracing the evaluation takes, as a share of tracing the train step."""


class Pace:
    """Smoothed times of steps and of evaluations. The first report of a start is mostly tracing, and so left out."""

    def __init__(self, *, images_a_step: int, validation_images: int) -> None:
        self._images_a_step, self._validation_images = images_a_step, validation_images
        self._tracing_seconds: float | None = None
        self._step_seconds: float | None = None
        self._waited = 0.0
        self._evaluation_seconds: float | None = None

    def took_steps(self, count: int, *, seconds: float, waited: float) -> None:
        """``count`` steps took ``seconds``, of which ``waited`` went by until their images were there."""
        if self._tracing_seconds is None:
            self._tracing_seconds = seconds
        elif self._step_seconds is None:
            self._step_seconds, self._waited = seconds / count, waited / count
        else:
            weight = 1 - SMOOTHING**count
            self._step_seconds += weight * (seconds / count - self._step_seconds)
            self._waited += weight * (waited / count - self._waited)

    def took_evaluation(self, seconds: float) -> None:
        """An evaluation took ``seconds``; the next is expected to take as long, but for the first, which is traced."""
        if self._evaluation_seconds is None:
            seconds = min(seconds, self._expected_evaluation or seconds)
        self._evaluation_seconds = seconds

    @property
    def step_seconds(self) -> float | None:
        """Seconds a step; ``None`` before the second report."""
        return self._step_seconds

    @property
    def steps_per_second(self) -> float | None:
        """``None`` before the second report."""
        return 1 / self._step_seconds if self._step_seconds else None

    @property
    def images_per_second(self) -> float | None:
        """``None`` before the second report."""
        return self._images_a_step / self._step_seconds if self._step_seconds else None

    @property
    def waiting_share(self) -> float | None:
        """The share of the time, 0 to 1, in which a step has no images yet; ``None`` before the second report."""
        return min(self._waited / self._step_seconds, 1.0) if self._step_seconds else None

    @property
    def evaluation_seconds(self) -> float | None:
        """Seconds an evaluation; before the second, what the steps let expect; ``None`` where there are none yet."""
        return self._expected_evaluation if self._evaluation_seconds is None else self._evaluation_seconds

    def seconds_for(self, *, steps: int, evaluations: int) -> float | None:
        """How long so many steps and evaluations will take; ``None`` before the second report."""
        if self._step_seconds is None:
            return None
        is_traced = self._evaluation_seconds is not None or not evaluations
        tracing = 0.0 if is_traced else EVALUATION_TRACING_SHARE * (self._tracing_seconds or 0.0)
        return steps * self._step_seconds + evaluations * (self.evaluation_seconds or 0.0) + tracing

    @property
    def _expected_evaluation(self) -> float | None:
        if self._step_seconds is None:
            return None
        return EVALUATION_SHARE * self._step_seconds / self._images_a_step * self._validation_images

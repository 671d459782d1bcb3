"""The loop itself: step, look at the loss, write down, save, evaluate, stop."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tfodkit.errors import TrainingError
from tfodkit.evaluation.model_evaluator import ModelEvaluator
from tfodkit.evaluation.result import EvaluationResult
from tfodkit.odapi import weights as model_weights
from tfodkit.odapi.learner import TOTAL_LOSS, Learner
from tfodkit.odapi.pipeline import evaluates_averages
from tfodkit.training.journal import Journal
from tfodkit.training.keeping import Keeper
from tfodkit.training.metrics import read_table
from tfodkit.training.monitor import Monitor
from tfodkit.training.plan import TrainingPlan
from tfodkit.training.progress import Display
from tfodkit.training.recovery import LossWatch
from tfodkit.training.run_directory import RunDirectory, Weights
from tfodkit.training.signals import StopRequest
from tfodkit.training.stopping import Evaluated, Patience, StoppingRule, compared
from tfodkit.training.watchdog import Watchdog

TRACING = "tracing the train step"
EVALUATING = "evaluating"
SAVING = "saving"
ALL_STEPS = "all steps taken"
OUT_OF_TIME = "--max-hours reached"


class BadLoss(TrainingError):  # noqa: N818 - says what happened
    """The loss, or the weights, of a step are no numbers any more, or the loss exploded."""

    def __init__(self, where: str, what: str, remedy: str, *, step: int) -> None:
        super().__init__(where, what, remedy)
        self.step = step


@dataclass(frozen=True, slots=True, kw_only=True)
class Collaborators:
    """Those whom the loop works with: who learns, evaluates, keeps, writes down, shows, watches, and asks to stop."""

    learner: Learner
    evaluator: ModelEvaluator
    keeper: Keeper
    journal: Journal
    display: Display
    watchdog: Watchdog
    stop: StopRequest


class Loop:
    """One attempt at a run, from the learner's present step to the plan's last, or as far as it gets."""

    def __init__(
        self, run: RunDirectory, plan: TrainingPlan, rule: StoppingRule, monitor: Monitor, *, work: Collaborators
    ) -> None:
        self._run, self._plan, self._rule, self._monitor = run, plan, rule, monitor
        self._learner, self._keeper, self._journal = work.learner, work.keeper, work.journal
        self._display, self._watchdog, self._stop = work.display, work.watchdog, work.stop
        self._evaluator = work.evaluator
        self._losses = LossWatch()
        self._step_seconds: float | None = None
        self._history = read_history(run, monitor)
        self._began = self._saved = self._evaluated = time.monotonic()
        averages = evaluates_averages(work.learner.pipeline)
        self._weights = Weights.MOVING_AVERAGES if averages else Weights.AS_TRAINED

    def to_the_end(self, *, began: float) -> str:
        """Take the steps that the plan still asks for, as far as the rule lets it; why it ended, in words.

        The last step is saved and evaluated, whichever it is. ``began`` is when this start began, by the monotonic
        clock.

        Raises:
            BadLoss: a loss or the weights are no numbers any more, or the loss exploded.
            KeyboardInterrupt: asked to stop; all that was learned is saved.
            OutputError: there is no room for a checkpoint; what was saved before is whole.
            OutOfMemory, RecordError: as of :meth:`~tfodkit.odapi.learner.Learner.take_step`.
        """
        self._make_up_for_a_missed_evaluation()
        is_first = True
        while (why := self._reason_to_end(began)) is None:
            self._advance(is_first=is_first)
            is_first = False
        if self._learner.step not in {evaluated.step for evaluated in self._history}:
            self._save()
            self._evaluate()
        return why

    def _advance(self, *, is_first: bool) -> None:
        losses, seconds = self._learn(is_first=is_first)
        step = self._learner.step
        self._refuse_bad_loss(step, losses)
        now = time.monotonic()
        evaluates = self._plan.evaluates_at(step, seconds=now - self._evaluated)
        is_logged = evaluates or self._plan.logs_at(step)
        best = str(self._keeper.best or "")
        self._journal.stepped(losses, seconds=seconds, is_logged=is_logged, best=best)
        if self._stop.is_asked():
            self._save()
            raise KeyboardInterrupt
        if evaluates or self._plan.saves_at(step, seconds=now - self._saved):
            self._save()
        if evaluates:
            self._evaluate()

    def _reason_to_end(self, began: float) -> str | None:
        if self._learner.step >= self._plan.steps:
            return ALL_STEPS
        patience = self._rule.judge(self._history)
        if patience.is_exhausted:
            return str(patience)
        is_late = self._learner.step > 0 and self._rule.is_out_of_time(time.monotonic() - began)
        return OUT_OF_TIME if is_late else None

    def _learn(self, *, is_first: bool) -> tuple[dict[str, float], float]:
        with contextlib.ExitStack() as around:
            if is_first:
                around.enter_context(self._display.phase(TRACING))
                around.enter_context(self._stop.nothing_to_lose())
            around.enter_context(self._watchdog.watching("step", f"step {self._learner.step + 1}"))
            count = self._plan.steps_at_once(self._learner.step, step_seconds=self._step_seconds)
            began = time.monotonic()
            losses = {name: float(loss) for name, loss in self._learner.take_step(count).items()}
        seconds = time.monotonic() - began
        if not is_first:  # which is traced
            self._step_seconds = seconds / count
        return losses, seconds

    def _evaluate(self) -> None:
        """Evaluate the present weights on every validation image, keep them if best, write the figures down."""
        step, before = self._learner.step, self._rule.judge(self._history).reference
        began = time.monotonic()
        with (
            self._display.phase(EVALUATING, f"step {step}"),
            self._watchdog.watching("evaluation", f"evaluating step {step}"),
            self._stop.nothing_to_lose(),
            self._learner.averaged_weights(),
        ):
            result = self._evaluator.evaluate()
        seconds = time.monotonic() - began
        now = Evaluated(step, self._monitor.value(result))
        self._keeper.keep_if_best(result, self._weights)
        best_step = self._keeper.best.step if self._keeper.best else None
        self._history = [*self._history, now]
        self._tell(result, now, before, self._rule.judge(self._history))
        self._journal.evaluated(result, self._evaluator.detections, seconds=seconds, best_step=best_step)
        self._keeper.update_mirror()
        self._evaluated = time.monotonic()

    def _tell(self, result: EvaluationResult, now: Evaluated, before: Evaluated | None, patience: Patience) -> None:
        others = ", ".join(
            f"{name} {result.figures[name] or 0.0:.4f}" for name in ("mAP", "mAP@.50") if name != self._monitor.name
        )
        figure = f"{compared(self._monitor.name, now, before)}, on {result.images} images"
        parts = [figure, str(patience), others, str(self._keeper.best)]
        self._display.note("; ".join(filter(None, parts)))

    def _make_up_for_a_missed_evaluation(self) -> None:
        """The last start may have ended between the checkpoint of a step and its evaluation."""
        step = self._learner.step
        is_due = self._plan.evaluates_at(step, seconds=0)
        if step and is_due and step not in {evaluated.step for evaluated in self._history}:
            self._evaluate()

    def _save(self) -> None:
        if not model_weights.are_finite(self._learner.model):
            raise self._bad("the weights are no numbers any more", "")
        step = self._learner.step
        with self._watchdog.watching("checkpoint", f"saving step {step}"):
            self._keeper.save()
        self._saved = time.monotonic()

    def _refuse_bad_loss(self, step: int, losses: dict[str, float]) -> None:
        if wrong := self._losses.judge(losses[TOTAL_LOSS]):
            parts = ", ".join(f"{name} {value:g}" for name, value in losses.items())
            raise self._bad(f"the loss of step {step} {wrong}", f": {parts}")

    def _bad(self, what: str, parts: str) -> BadLoss:
        step = self._learner.step
        images = ", ".join(self._learner.images_of_step(step))
        rate = self._learner.learning_rate
        return BadLoss(
            str(self._run.path),
            f"{what}{parts}; the images of its batch: {images}",
            f"Look at these images; lower the learning rate, now {rate:g}, and start a new run.",
            step=step,
        )


def read_history(run: RunDirectory, monitor: Monitor) -> list[Evaluated]:
    """The monitored figure of every evaluation of a run so far, in the order of their steps."""
    rows: Sequence[dict[str, float | None]] = read_table(run.evaluations_path)
    return [Evaluated(int(row["step"] or 0), monitor.comparable(row.get(monitor.name))) for row in rows]

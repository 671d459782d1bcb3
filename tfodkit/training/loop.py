"""The loop itself: step, write down, evaluate, save."""

from __future__ import annotations

import contextlib
import json
import math
import time
from dataclasses import dataclass
from typing import get_args

from tfodkit import files
from tfodkit.errors import TrainingError
from tfodkit.evaluation.model_evaluator import ModelEvaluator
from tfodkit.evaluation.result import TAGS, EvaluationResult
from tfodkit.odapi.learner import TOTAL_LOSS, Learner
from tfodkit.training.checkpoint_folder import step_of
from tfodkit.training.events import EventWriter
from tfodkit.training.metrics import StepTable, read_steps
from tfodkit.training.plan import TrainingPlan
from tfodkit.training.progress import Display
from tfodkit.training.run_directory import RunDirectory, Which
from tfodkit.training.step_report import StepReport

MONITOR = "mAP"
SMOOTHING = 0.9
TRACING = "tracing the train step, about a minute the first time"


def monitored(result: EvaluationResult) -> float:
    """The figure by which checkpoints are compared; 0 where the validation images hold no object."""
    return result.figures[MONITOR] or 0.0


@dataclass(frozen=True, slots=True)
class BestSoFar:
    """The best evaluation of a run; ``value`` is the monitored figure."""

    step: int
    value: float

    def __str__(self) -> str:
        return f"best {MONITOR} {self.value:.3f} at step {self.step}"


def read_best(run: RunDirectory) -> BestSoFar | None:
    """What ``best/metrics.json`` says, or ``None`` before the first evaluation."""
    if run.find_checkpoint("best") is None or not run.figures_path("best").is_file():
        return None
    metrics = json.loads(run.figures_path("best").read_text(encoding="utf-8"))
    return BestSoFar(metrics["step"], metrics["figures"][MONITOR] or 0.0)


class Loop:
    """One start of a run, from the learner's present step to the plan's last."""

    def __init__(
        self, run: RunDirectory, plan: TrainingPlan, *, learner: Learner, evaluator: ModelEvaluator, display: Display
    ) -> None:
        """Open the run's tables where the learner stands: rows of later steps, which come again, are dropped."""
        self._run, self._plan, self._learner, self._evaluator, self._display = run, plan, learner, evaluator, display
        self._managers = {which: learner.checkpoint_manager(run.folder(which)) for which in get_args(Which)}
        self._metrics = StepTable(run.metrics_path, resume_at=learner.step)
        self._evaluations = StepTable(run.evaluations_path, resume_at=learner.step)
        self._train_events = EventWriter(run.path / "train")
        self._eval_events = EventWriter(run.path / "eval")
        self._steps_per_second = 0.0
        self.best = read_best(run)

    def to_the_end(self) -> None:
        """Take all steps that the plan still asks for.

        Raises:
            TrainingError: the loss is no number any more, or the user interrupted; what was saved stays.
        """
        first = self._learner.step + 1
        try:
            self._make_up_for_a_missed_evaluation()
            for step in range(first, self._plan.steps + 1):
                losses = self._learn(is_first=step == first)
                self._refuse_nan(step, losses)
                self._show(step, losses)
                if self._plan.evaluates_at(step, seconds=0):
                    self._save("last")
                    self.evaluate()
        except KeyboardInterrupt as error:
            raise self._interrupted() from error

    def evaluate(self) -> EvaluationResult:
        """Evaluate the present weights on every validation image, write the figures down, keep the weights if best."""
        step = self._learner.step
        with self._display.phase(f"evaluating step {step}"), self._learner.averaged_weights():
            result = self._evaluator.evaluate()
        tagged = {TAGS[name]: value for name, value in result.figures.items()}
        self._keep_best(step, result)
        self._eval_events.add(step, {**tagged, **result.losses})
        self._evaluations.add(step, {**result.figures, **result.losses})  # last: its row says that all else is there
        ap50 = result.figures["mAP@.50"] or 0.0
        self._display.note(f"step {step}: {MONITOR} {monitored(result):.3f}, mAP@.50 {ap50:.3f}; {self.best}")
        return result

    def _make_up_for_a_missed_evaluation(self) -> None:
        """The last start may have ended between the checkpoint of a step and its evaluation."""
        step = self._learner.step
        if step and self._plan.evaluates_at(step, seconds=0) and step not in read_steps(self._run.evaluations_path):
            self.evaluate()

    def _interrupted(self) -> TrainingError:
        """Save what was learned; before the first step there is nothing that could be gone on with."""
        if self._learner.step:
            self._save("last")
            what = f"interrupted after step {self._learner.step}, which is saved"
        else:
            what = "interrupted before the first step was taken"
        return TrainingError(str(self._run.path), what, "Start the same command again to go on.")

    def _learn(self, *, is_first: bool) -> dict[str, float]:
        tracing = self._display.phase(TRACING) if is_first else contextlib.nullcontext()
        began = time.monotonic()
        with tracing:
            losses = {name: float(loss) for name, loss in self._learner.take_step().items()}
        if not is_first:  # whose time is that of tracing
            speed = 1 / (time.monotonic() - began)
            self._steps_per_second += (
                (1 - SMOOTHING) * (speed - self._steps_per_second) if self._steps_per_second else speed
            )
        return losses

    def _show(self, step: int, losses: dict[str, float]) -> None:
        rate, is_logged = (
            self._learner.learning_rate,
            self._plan.logs_at(step) or self._plan.evaluates_at(step, seconds=0),
        )
        report = StepReport(
            step=step,
            steps=self._plan.steps,
            loss=losses[TOTAL_LOSS],
            learning_rate=rate,
            best=str(self.best or ""),
        )
        self._display.step(report, keep=is_logged)
        if is_logged:
            row = {**losses, "learning_rate": rate, "steps_per_sec": self._steps_per_second}
            self._metrics.add(step, row)
            self._train_events.add(step, row)

    def _save(self, which: Which) -> None:
        saved = self._run.find_checkpoint(which)
        if saved is None or step_of(saved) != self._learner.step:  # never over the only copy
            self._managers[which].save(checkpoint_number=self._learner.step)

    def _keep_best(self, step: int, result: EvaluationResult) -> None:
        if self.best is not None and monitored(result) <= self.best.value:
            return
        self._save("best")
        metrics = {"step": step, **result.to_json()}
        files.write_text(self._run.figures_path("best"), json.dumps(metrics, indent=2) + "\n")
        self.best = BestSoFar(step, monitored(result))

    def _refuse_nan(self, step: int, losses: dict[str, float]) -> None:
        if math.isfinite(losses[TOTAL_LOSS]):
            return
        saved = self._run.find_checkpoint("last")
        parts = ", ".join(f"{name} {value:g}" for name, value in losses.items())
        raise TrainingError(
            str(self._run.path),
            f"the loss of step {step} is no number any more: {parts}",
            f"Lower the learning rate, now {self._learner.learning_rate:g}, and start a new run; "
            + (f"{saved.name} was saved before it." if saved else "nothing was saved before it."),
        )

"""What is shown and written down of one start of a run: the loop tells what happened, the journal tells everybody."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType

from tfodkit.annotations.detections import Detections
from tfodkit.evaluation.result import TAGS, EvaluationResult
from tfodkit.odapi.learner import TOTAL_LOSS, Learner
from tfodkit.training.curves import draw_curves
from tfodkit.training.events import EventWriter
from tfodkit.training.forecast import AFTER_STEPS, expected_checkpoint_bytes, forecast
from tfodkit.training.metrics import StepTable
from tfodkit.training.monitor import CLASS_PREFIX
from tfodkit.training.pace import Pace
from tfodkit.training.pictures import Gallery, augmented_inputs
from tfodkit.training.plan import TrainingPlan
from tfodkit.training.progress import LIVE_SECONDS, Display
from tfodkit.training.resources_used import memory_use
from tfodkit.training.run_directory import RunDirectory
from tfodkit.training.step_report import StepReport

CLASS_TAG = "DetectionBoxes_PerformanceByCategory/mAP/"
"""The Object Detection API's, before a class's name."""
INPUTS_TAG = "train_input_images"
EVALUATION_TAG = "eval_side_by_side"
CURVES = "curves.png"
LEARNING = "learning"
"""The phase of all steps but a start's first, which is traced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """What a run's speed, epochs and need of disk are reckoned with."""

    images_a_step: int
    """That a step learns from, over all devices and all parts of its batch."""
    train_images: int | None
    """``None`` where nobody knows."""
    validation_images: int
    checkpoints: int
    """On the disk at most, one that is being written included."""


class Journal:
    """Tables, TensorBoard events, curves, forecast and the live line of a run. Use it as a context manager."""

    def __init__(
        self,
        run: RunDirectory,
        plan: TrainingPlan,
        *,
        learner: Learner,
        display: Display,
        gallery: Gallery,
        amounts: Amounts,
    ) -> None:
        """Open the run's tables where the learner stands: rows of later steps, which come again, are dropped."""
        self._run, self._plan, self._learner, self._display = run, plan, learner, display
        self._gallery, self._amounts = gallery, amounts
        self.pace = Pace(images_a_step=amounts.images_a_step, validation_images=amounts.validation_images)
        self._metrics = StepTable(run.metrics_path, resume_at=learner.step)
        self._evaluations = StepTable(run.evaluations_path, resume_at=learner.step)
        self._files = contextlib.ExitStack()
        self._train_events = self._files.enter_context(EventWriter(run.path / "train"))
        self._eval_events = self._files.enter_context(EventWriter(run.path / "eval"))
        self._first = self._step = learner.step
        self._waited = learner.waited_seconds
        self._has_forecast = False
        self._shown = 0.0

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.close()

    def stepped(self, losses: Mapping[str, float], *, seconds: float, is_logged: bool, best: str) -> None:
        """The learner has taken a step, or several in one call, within ``seconds``; ``losses`` are the last one's.

        ``is_logged`` writes them down; ``best`` is the best evaluation so far in words, blank before the first.
        """
        step, waited = self._learner.step, self._learner.waited_seconds
        self.pace.took_steps(step - self._step, seconds=seconds, waited=waited - self._waited)
        is_first = self._step == self._first
        if not is_first:
            self._display.spent(LEARNING, seconds)
        self._step, self._waited = step, waited
        if is_logged or time.monotonic() - self._shown >= LIVE_SECONDS:
            self._show(losses, best, is_logged=is_logged)
        if is_first:
            self._show_inputs()
        if step - self._first >= AFTER_STEPS and not self._has_forecast:
            self._tell_forecast()

    def evaluated(
        self, result: EvaluationResult, detections: Sequence[Detections], *, seconds: float, best_step: int | None
    ) -> None:
        """The learner's weights were evaluated within ``seconds``; call it when all that follows from it is done.

        ``detections`` are those of each validation image. The row that is written says that nothing is left to do.
        """
        self._run.require()
        step = self._learner.step
        self.pace.took_evaluation(seconds)
        tagged = {TAGS[name]: value for name, value in result.figures.items()}
        classes = {f"{CLASS_TAG}{each.name}": each.ap for each in result.per_class}
        self._eval_events.add(step, {**tagged, **classes, **result.losses})
        for number, picture in enumerate(self._gallery.shown(detections)):
            self._eval_events.add_pictures(step, f"{EVALUATION_TAG}_{number}_0", [picture])
        if step > self._first:  # an evaluation that an earlier start was killed in comes before any batch
            self._show_inputs()
        self._evaluations.add(step, {**evaluation_row(result), "seconds": round(seconds, 3)})
        self.draw_curves(best_step)

    def draw_curves(self, best_step: int | None) -> None:
        """Draw ``curves.png`` of what is in the tables."""
        tables = self._run.metrics_path, self._run.evaluations_path
        name = self._run.path.resolve().name
        draw_curves(*tables, self._run.path / CURVES, title=f"{name}: step {self._learner.step:,}", best_step=best_step)

    def _show(self, losses: Mapping[str, float], best: str, *, is_logged: bool) -> None:
        """As often as anybody sees it: the learning rate and the memory have to be asked for."""
        self._shown = time.monotonic()
        report = self._report(losses, best)
        self._display.step(report, keep=is_logged)
        if is_logged:
            self._write_down(report, losses)

    def _report(self, losses: Mapping[str, float], best: str) -> StepReport:
        epochs = self._amounts.train_images and self._step * self._amounts.images_a_step / self._amounts.train_images
        return StepReport(
            step=self._step,
            steps=self._plan.steps,
            loss=losses[TOTAL_LOSS],
            learning_rate=self._learner.learning_rate,
            losses={name: loss for name, loss in losses.items() if name != TOTAL_LOSS},
            epoch=epochs,
            images_per_second=self.pace.images_per_second,
            waiting_share=self.pace.waiting_share,
            memory=memory_use(),
            seconds_left=self.pace.seconds_for(steps=self._steps_left, evaluations=self._evaluations_left),
            best=best,
        )

    def _write_down(self, report: StepReport, losses: Mapping[str, float]) -> None:
        upstreams = {**losses, "learning_rate": report.learning_rate, "steps_per_sec": self.pace.steps_per_second}
        ours: dict[str, float | None] = {
            "images_per_sec": report.images_per_second,
            "waiting_share": report.waiting_share,
            "epoch": report.epoch,
            "process_bytes": report.memory.process if report.memory else None,
            "gpu_bytes": report.memory.gpu if report.memory else None,
        }
        self._run.require()
        self._metrics.add(report.step, {**upstreams, **ours})
        self._train_events.add(report.step, {**upstreams, **ours})

    def _show_inputs(self) -> None:
        images, boxes_yxyx_norm, class_ids = self._learner.batch_preview()
        pictures = augmented_inputs(images, boxes_yxyx_norm, class_ids, self._gallery.class_names)
        self._train_events.add_pictures(self._learner.step, INPUTS_TAG, pictures)

    def _tell_forecast(self) -> None:
        self._has_forecast = True
        evaluations = self._evaluations_left
        outlook = forecast(
            self._run.path,
            seconds=self.pace.seconds_for(steps=self._steps_left, evaluations=evaluations) or 0.0,
            evaluations=evaluations,
            checkpoints=self._amounts.checkpoints,
            checkpoint_bytes=expected_checkpoint_bytes(
                self._learner.model, self._learner.pipeline.train_config.optimizer
            ),
        )
        self._display.note(str(outlook))
        if outlook.warning:
            self._display.note(outlook.warning)

    @property
    def _steps_left(self) -> int:
        return max(self._plan.steps - self._step, 0)

    @property
    def _evaluations_left(self) -> int:
        return self._plan.evaluations_left(self._step, seconds_per_step=self.pace.step_seconds or 0.0)


def evaluation_row(result: EvaluationResult) -> dict[str, float | None]:
    """The figures of an evaluation by the names of the columns of ``evaluations.csv``: COCO's, ``AP/mug``, losses."""
    return {**result.figures, **{f"{CLASS_PREFIX}{each.name}": each.ap for each in result.per_class}, **result.losses}

"""All that is decided about a run before TensorFlow is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tfodkit.config import PipelineConfig, read_checked_pipeline
from tfodkit.config.learning.learning_rates import warm_up_steps
from tfodkit.config.learning.optimizers import learning_rate_of
from tfodkit.config.pipeline import parse_pipeline
from tfodkit.evaluation.ground_truth import GroundTruth, read_ground_truth
from tfodkit.training.keeping import KeepingRule
from tfodkit.training.monitor import choose_monitor
from tfodkit.training.options import TrainOptions
from tfodkit.training.plan import TrainingPlan
from tfodkit.training.stopping import StoppingRule
from tfodkit.training.workers import without_clocks


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """A config that can run, the truth of its validation images, and what is to happen when."""

    pipeline: PipelineConfig
    ground_truth: Sequence[GroundTruth]
    plan: TrainingPlan
    stopping: StoppingRule
    keeping: KeepingRule

    @property
    def warnings(self) -> list[str]:
        """What does not keep the run from starting, but may from learning."""
        warnings = [str(warning.problem) for warning in self.pipeline.warnings]
        if self.plan.steps != self.pipeline.num_steps:
            warnings.append(
                f"training to step {self.plan.steps}, but the schedule is made for {self.pipeline.num_steps}"
            )
        return warnings

    @property
    def train_images(self) -> int | None:
        """None where no manifest tells."""
        return self.pipeline.manifest.images("train") if self.pipeline.manifest else None


def prepare(config: Path, options: TrainOptions) -> Preparation:
    """Read and check the config, the records it names, and what is asked beside it.

    Raises:
        ConfigError: the config can't be read, or could not run.
        RecordError: records are damaged, or not those of their manifest.
        UsageError: a figure to monitor that there is not, or epochs where nobody knows how long one is.
    """
    pipeline = read_checked_pipeline(config)
    message = parse_pipeline(pipeline.text, str(pipeline.path))
    if pipeline.manifest is not None:
        pipeline.manifest.check_files(pipeline.train_records[0].parent, contents=True)
    ground_truth = read_ground_truth(pipeline.val_records, pipeline.class_names)
    present = {int(class_id) for image in ground_truth for class_id in image.class_ids}
    classes = [name for class_id, name in sorted(pipeline.class_names.items()) if class_id in present]
    monitor = choose_monitor(options.monitor, message, classes=classes)
    return Preparation(
        pipeline=pipeline,
        ground_truth=ground_truth,
        plan=_plan(pipeline, options),
        stopping=StoppingRule(
            higher_is_better=monitor.higher_is_better,
            patience=options.patience,
            min_delta=options.min_delta,
            max_hours=options.max_hours,
            warm_up_steps=warm_up_steps(learning_rate_of(message.train_config.optimizer)),
        ),
        keeping=KeepingRule(monitor, keep=max(options.keep, options.average)),
    )


def _plan(pipeline: PipelineConfig, options: TrainOptions) -> TrainingPlan:
    images = pipeline.manifest.images("train") if pipeline.manifest else None
    plan = TrainingPlan.make(
        steps=pipeline.num_steps if options.steps is None else options.steps,
        steps_per_epoch=None if images is None else images / pipeline.batch_size,
        eval_every=options.eval_cadence,
        save_every=options.save_cadence,
        log_every=options.log_every,
        at_once=options.steps_per_loop,
    )
    return without_clocks(plan, options)

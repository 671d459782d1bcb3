"""``tfodkit train``: from a ``pipeline.config`` to a run directory."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tfodkit import files
from tfodkit.config import PipelineConfig, read_checked_pipeline
from tfodkit.config.pipeline import parse_pipeline, read_pipeline
from tfodkit.errors import ConfigError
from tfodkit.evaluation.ground_truth import GroundTruth, read_ground_truth
from tfodkit.evaluation.model_evaluator import ModelEvaluator
from tfodkit.odapi import devices
from tfodkit.odapi.install import install
from tfodkit.odapi.learner import Learner
from tfodkit.training.cadence import Cadence
from tfodkit.training.checkpoint_folder import step_of
from tfodkit.training.loop import BestSoFar, Loop, read_best
from tfodkit.training.metrics import read_steps
from tfodkit.training.plan import TrainingPlan
from tfodkit.training.progress import Display
from tfodkit.training.run_directory import RunDirectory


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """Where a run stands: its folder, its step, and its best evaluation."""

    run: Path
    step: int
    best: BestSoFar | None


def train(
    config: Path,
    output: Path,
    *,
    steps: int | None = None,
    eval_every: int | None = None,
    seed: int = 0,
    log_every: int = 10,
) -> TrainingResult:
    """Train from a ``pipeline.config``, or go on with the run that ``output`` holds.

    Args:
        config: the configuration; its records are named in it.
        output: the run directory (:class:`tfodkit.training.run_directory.RunDirectory` draws it).
        steps: the step to train to; the config's ``num_steps`` unless given.
        eval_every: steps between evaluations, each with a checkpoint; a fifth of the run, 1,000 at most, unless given.
        seed: of the initial weights and of the shuffling.
        log_every: steps between rows of ``metrics.csv``.

    Raises:
        ConfigError: the config can't run, or differs from the one that the run was started with.
        RecordError: records that are damaged or do not belong to the config.
        CheckpointError: the fine-tune checkpoint, or the run's own, can't be used.
        TrainingError: the loss is no number any more, or the run was interrupted.
    """
    pipeline = read_checked_pipeline(Path(config))
    plan = TrainingPlan.make(
        steps=pipeline.num_steps if steps is None else steps,
        steps_per_epoch=None,
        eval_every=None if eval_every is None else Cadence(eval_every),
        save_every=Cadence(10, "minutes"),
        log_every=log_every,
    )
    ground_truth = read_ground_truth(pipeline.val_records, pipeline.class_names)
    run = _open_run(Path(output), pipeline)
    with Display(run.log_path) as display:
        for warning in pipeline.warnings:
            display.note(f"warning: {warning.problem}")
        if plan.steps != pipeline.num_steps:
            display.note(f"training to step {plan.steps}, but the schedule is made for {pipeline.num_steps}")
        return _train(run, plan, pipeline=pipeline, ground_truth=ground_truth, seed=seed, display=display)


def _train(
    run: RunDirectory,
    plan: TrainingPlan,
    *,
    pipeline: PipelineConfig,
    ground_truth: Sequence[GroundTruth],
    seed: int,
    display: Display,
) -> TrainingResult:
    last = run.find_checkpoint("last")
    if last and _is_done(run, step_of(last), plan):
        display.note(f"nothing to do: the run is at step {step_of(last)} of {plan.steps}")
        return TrainingResult(run.path, step_of(last), read_best(run))
    with display.phase("loading TensorFlow"):
        install()
        strategy, devices_in_words = devices.choose_strategy()
    with display.phase(f"building the model and its input for {devices_in_words}"):
        learner = Learner(pipeline.text, strategy=strategy, seed=seed)
    if last:
        with display.phase(f"going on from {last.name}"):
            learner.resume(last)
    elif pipeline.fine_tune_checkpoint:
        with display.phase("loading the fine-tune checkpoint"):
            report = learner.fine_tune()
        display.note(f"fine-tuning from {pipeline.fine_tune_checkpoint}: {report}")
    with display.phase("opening the input"):
        learner.start()
        evaluator = ModelEvaluator(
            learner.pipeline,
            learner.model,
            records=pipeline.val_records,
            ground_truth=ground_truth,
            class_names=pipeline.class_names,
        )
    loop = Loop(run, plan, learner=learner, evaluator=evaluator, display=display)
    loop.to_the_end()
    return TrainingResult(run.path, learner.step, loop.best)


def _is_done(run: RunDirectory, step: int, plan: TrainingPlan) -> bool:
    """Whether the plan's last step is taken, saved and evaluated."""
    return step > plan.steps or (step == plan.steps and step in read_steps(run.evaluations_path))


def _open_run(path: Path, pipeline: PipelineConfig) -> RunDirectory:
    """The run directory: a new one, one that goes on with the same config, or one that has not saved anything yet."""
    run = RunDirectory(path)
    if run.find_checkpoint("last"):
        _require_same_config(run, pipeline)
        return run
    files.refuse_existing(path, force=True, marker=run.config_path.name)
    files.write_text(run.config_path, pipeline.text)
    files.write_bytes(run.label_map_path, pipeline.label_map_path.read_bytes())
    return run


def _require_same_config(run: RunDirectory, pipeline: PipelineConfig) -> None:
    with contextlib.suppress(ConfigError):
        if read_pipeline(run.config_path) == parse_pipeline(pipeline.text, str(pipeline.path)):
            return
    raise ConfigError(
        str(run.path),
        f"the run was started with another config than {pipeline.path}",
        f"Go on with {run.config_path}, or give the new run another folder.",
    )

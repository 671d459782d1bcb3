"""One start of a run: attempts, each with a fresh learner, until one gets to the end or nothing is left to try."""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfodkit.errors import OutOfMemory, OutputError, Problem, TfodkitError, TrainingError
from tfodkit.evaluation.model_evaluator import ModelEvaluator
from tfodkit.odapi import devices
from tfodkit.odapi.agreement import agreement_of, lost_worker
from tfodkit.odapi.install import install
from tfodkit.odapi.learner import Learner, LearnerSettings
from tfodkit.training.cadence import Cadence
from tfodkit.training.choosing import choose_weights, usual_weights
from tfodkit.training.data_fingerprint import data_fingerprint
from tfodkit.training.draw_order import draw_order
from tfodkit.training.journal import Amounts, Journal
from tfodkit.training.keeping import Keeper
from tfodkit.training.loop import BadLoss, Collaborators, Loop, read_history
from tfodkit.training.mirror import Mirror
from tfodkit.training.options import TrainOptions
from tfodkit.training.pictures import Gallery
from tfodkit.training.preparation import Preparation
from tfodkit.training.progress import Display
from tfodkit.training.recovery import Fault, RecoveryPolicy, Remedy, adaptation
from tfodkit.training.run_directory import RunDirectory
from tfodkit.training.run_record import Origin, RunRecord
from tfodkit.training.signals import StopRequest
from tfodkit.training.watchdog import Watchdog
from tfodkit.training.workers import MULTI_WORKER

BESIDE_LAST = 3
"""Checkpoints on the disk beside those of ``last/``: the best, an average, and the one that is being written."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What an attempt came to that another one may be tried after; it holds on to nothing of that attempt."""

    fault: Fault
    step: int
    problem: Problem


class Start:
    """Trains a run from where it is. :meth:`to_the_end` is called once."""

    def __init__(
        self, run: RunDirectory, prepared: Preparation, options: TrainOptions, *, display: Display, stop: StopRequest
    ) -> None:
        self._run, self._prepared, self._options = run, prepared, options
        self._display, self._stop = display, stop
        self._mirror = Mirror(run, options.mirror, display.note)
        self._began = time.monotonic()
        self._result: dict[str, Any] | None = None

    def to_the_end(self, *, is_changed: bool) -> str:
        """Learn, recover, learn on; why it ended, in words.

        ``is_changed`` tells that the run goes on with another config, or other records, than before.

        Raises:
            KeyboardInterrupt: asked to stop.
            TfodkitError: it can't go on.
        """
        with self._display.phase("loading TensorFlow"), self._stop.nothing_to_lose():
            install()
            strategy, in_words = devices.choose_strategy(self._options.strategy)
        if self._options.strategy == MULTI_WORKER:
            self._stop.agree = agreement_of(strategy)
            self._stop.listen()
        record = RunRecord(self._run.record_path, self._origin(in_words), from_step=self._run.saved_step())
        if is_changed:
            record.recovered(self._run.saved_step(), what="another config", did=Remedy.FORGET)
        try:
            why = self._attempts(record, strategy, in_words)
        except BaseException as error:
            self._close(record, why=_in_words(error))
            raise
        self._close(record, why=why)
        self._wait_for_others()
        return why

    def _wait_for_others(self) -> None:
        """Several workers speak through the first one: it leaves when all are done."""
        if self._stop.agree is None:
            return
        try:
            self._stop.agree(False)
        except Exception as error:
            if lost_worker(error) is None:  # one that is gone keeps nobody from having come to the end
                raise

    def _attempts(self, record: RunRecord, strategy: Any, in_words: str) -> str:
        at_once = self._prepared.pipeline.batch_size // (strategy.num_replicas_in_sync * self._options.accumulate)
        policy = RecoveryPolicy(self._options.on_oom, batch_size=at_once)
        while isinstance(outcome := self._attempt(record, strategy, in_words), Failure):
            gc.collect()  # the learner that failed, before a new one asks for its memory
            adapted = adaptation(record.remedies)
            remedy = policy.remedy(outcome.fault, adapted)
            if remedy is None:
                raise _given_up(outcome)
            self._display.note(f"warning: {outcome.problem.what}; {remedy}, and going back to {self._saved_in_words()}")
            record.recovered(outcome.step, what=f"{outcome.fault}: {outcome.problem.what}", did=remedy)
        return outcome

    def _attempt(self, record: RunRecord, strategy: Any, in_words: str) -> str | Failure:
        try:
            return self._learn(record, strategy, in_words)
        except OutOfMemory as error:
            return Failure(Fault.OUT_OF_MEMORY, self._run.saved_step(), error.problems[0])
        except BadLoss as error:
            return Failure(Fault.BAD_LOSS, error.step, error.problems[0])
        except Exception as error:
            if self._stop.agree is not None and (lost := lost_worker(error)) is not None:
                raise lost from error
            raise

    def _learn(self, record: RunRecord, strategy: Any, in_words: str) -> str:
        run, prepared, display = self._run, self._prepared, self._display
        with self._stop.nothing_to_lose():
            learner = self._learner(record, strategy, in_words)
            with display.phase("opening the input"):
                learner.start()
                evaluator = self._evaluator(learner)
                gallery = self._gallery(learner)
        keeper = Keeper(run, learner, rule=prepared.keeping, mirror=self._mirror)
        source = ", ".join(path.name for path in prepared.pipeline.train_records[:3])
        journal = Journal(
            run, prepared.plan, learner=learner, display=display, gallery=gallery, amounts=self._amounts(record)
        )
        with journal, Watchdog(display.note, display.log, source=source) as watchdog:
            work = Collaborators(
                learner=learner,
                evaluator=evaluator,
                keeper=keeper,
                journal=journal,
                display=display,
                watchdog=watchdog,
                stop=self._stop,
            )
            loop = Loop(run, prepared.plan, prepared.stopping, prepared.keeping.monitor, work=work)
            why = loop.to_the_end(began=self._began)
            figures = choose_weights(run, prepared.keeping, average=self._options.average, work=work)
            last = read_history(run, prepared.keeping.monitor)[-1]
            self._result = self._in_json(keeper, {usual_weights(work): last.value, **figures})
            if keeper.best is not None:
                journal.draw_curves(keeper.best.step)
        return why

    def _learner(self, record: RunRecord, strategy: Any, in_words: str) -> Learner:
        pipeline, options, adapted = self._prepared.pipeline, self._options, adaptation(record.remedies)
        settings = LearnerSettings(
            precision=options.precision,
            xla=options.xla,
            accumulate=options.accumulate * adapted.accumulate,
            deterministic=options.deterministic,
            batch_size=pipeline.batch_size // adapted.batch_divisor if adapted.batch_divisor > 1 else None,
            data_service=options.data_service,
        )
        with self._display.phase("building the model and its input", f"for {in_words}"):
            draws = None if options.data_service else draw_order(pipeline, seed=options.seed)
            learner = Learner(pipeline.text, strategy=strategy, seed=options.seed, settings=settings, draws=draws)
        self._restore(learner)
        learner.rate_factor = adapted.rate_factor
        return learner

    def _restore(self, learner: Learner) -> None:
        last, pipeline = self._run.find_checkpoint("last"), self._prepared.pipeline
        if last is not None:
            with self._display.phase("going on from", last.name):
                learner.resume(last)
        elif pipeline.fine_tune_checkpoint:
            with self._display.phase("loading the fine-tune checkpoint"):
                report = learner.fine_tune()
            self._display.note(f"fine-tuning from {pipeline.fine_tune_checkpoint}: {report}")

    def _evaluator(self, learner: Learner) -> ModelEvaluator:
        return ModelEvaluator(
            learner.pipeline,
            learner.model,
            records=self._prepared.pipeline.val_records,
            ground_truth=self._prepared.ground_truth,
            class_names=self._prepared.pipeline.class_names,
        )

    def _gallery(self, learner: Learner) -> Gallery:
        pipeline = self._prepared.pipeline
        return Gallery.open(
            learner.pipeline.eval_config, pipeline.val_records, self._prepared.ground_truth, pipeline.class_names
        )

    def _amounts(self, record: RunRecord) -> Amounts:
        return Amounts(
            images_a_step=self._prepared.pipeline.batch_size // adaptation(record.remedies).batch_divisor,
            train_images=self._prepared.train_images,
            validation_images=len(self._prepared.ground_truth),
            checkpoints=self._prepared.keeping.keep + BESIDE_LAST,
        )

    def _origin(self, in_words: str) -> Origin:
        pipeline = self._prepared.pipeline
        return Origin(
            config_text=pipeline.text,
            manifest=pipeline.train_records[0].parent / "manifest.json" if pipeline.manifest else None,
            data=data_fingerprint(pipeline),
            seed=self._options.seed,
            options={
                field.name: _plain(getattr(self._options, field.name)) for field in dataclasses.fields(TrainOptions)
            },
            devices=in_words,
        )

    def _in_json(self, keeper: Keeper, figures: Mapping[str, float]) -> dict[str, Any]:
        return {
            "step": self._run.saved_step(),
            "monitor": self._prepared.keeping.monitor.name,
            "weights": dict(figures),
            "average": self._options.average,
            "best": dataclasses.asdict(keeper.best) if keeper.best else None,
        }

    def _close(self, record: RunRecord, *, why: str) -> None:
        with contextlib.suppress(OutputError):  # the disk may be what it ended for
            self._run.require()
            record.keep_phases(self._display.phases)
            record.ended(to_step=self._run.saved_step(), why=why, result=self._result)
        self._mirror.update()

    def _saved_in_words(self) -> str:
        step = self._run.saved_step()
        return f"step {step}, which is saved" if step else "the beginning, as nothing is saved yet"


def _given_up(failure: Failure) -> TrainingError:
    problem = failure.problem
    return TrainingError(problem.where, f"{problem.what}; what could be tried did not help", problem.remedy)


def _in_words(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "it was interrupted"
    return error.problems[0].what if isinstance(error, TfodkitError) else f"{type(error).__name__}: {error}"


def _plain(value: Any) -> Any:
    """An option as JSON can have it."""
    if isinstance(value, Cadence):
        return value.text()
    return str(value) if isinstance(value, Path) else value

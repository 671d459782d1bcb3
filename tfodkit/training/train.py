"""``tfodkit train``: from a ``pipeline.config`` to a run directory."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tfodkit import files
from tfodkit.errors import CheckpointError, Interrupted, OutputError
from tfodkit.training.keeping import Best, read_best
from tfodkit.training.loop import ALL_STEPS, read_history
from tfodkit.training.mirror import bring_back
from tfodkit.training.one_process import sole_process
from tfodkit.training.open_run import open_run, refuse_foreign_mirror
from tfodkit.training.options import TrainOptions
from tfodkit.training.preparation import Preparation, prepare
from tfodkit.training.progress import Display
from tfodkit.training.run_directory import RunDirectory
from tfodkit.training.run_record import read_result
from tfodkit.training.signals import StopRequest, listening
from tfodkit.training.start import Start
from tfodkit.training.workers import own_folder


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """Where a run stands: its folder, its step, its best evaluation, and why it ended, in words."""

    run: Path
    step: int
    best: Best | None
    why: str


def train(config: str | Path, output: str | Path, options: TrainOptions | None = None) -> TrainingResult:
    """Train from a ``pipeline.config``, or go on with the run that ``output`` holds.

    Args:
        config: the configuration; its records are named in it.
        output: the run directory (:class:`tfodkit.training.run_directory.RunDirectory` draws it).
        options: how; the defaults unless given.

    Raises:
        UsageError: an option that can't be meant.
        ConfigError: the config can't run, or differs from the one that the run was started with.
        RecordError: records that are damaged or do not belong to the config.
        CheckpointError: the fine-tune checkpoint, or the run's own, can't be used.
        OutputError: another process has the run directory, or there is no room left in it.
        Interrupted: by Ctrl-C, SIGTERM, or a terminal that was closed; what was learned is saved.
        TrainingError: memory does not suffice, or the loss is no number any more, and what could be tried did not help.
    """
    options = options or TrainOptions()
    prepared = prepare(Path(config), options)
    with own_folder(Path(output), options) as (folder, own_options):
        result = _train_in(RunDirectory(folder), prepared, own_options)
    return replace(result, run=Path(output))


def _train_in(run: RunDirectory, prepared: Preparation, options: TrainOptions) -> TrainingResult:
    files.refuse_existing(run.path, force=True, marker=run.config_path.name)
    if options.mirror is not None:
        refuse_foreign_mirror(options.mirror, prepared.pipeline, force=options.force)
    with sole_process(run.path):
        is_back = options.mirror is not None and bring_back(run, options.mirror)
        opened = open_run(run.path, prepared.pipeline, force=options.force)
        with Display(run.log_path) as display, listening(display.note) as stop, _ending_in_words(run, stop):
            if is_back:
                display.note(f"the run was gone, and came back from {options.mirror}")
            for note in (*opened.notes, *(f"warning: {warning}" for warning in prepared.warnings)):
                display.note(note)
            why = None if opened.is_changed else reason_to_do_nothing(run, prepared, options)
            if why is None:
                start = Start(run, prepared, options, display=display, stop=stop)
                why = start.to_the_end(is_changed=opened.is_changed)
                display.note(f"ended at step {run.saved_step()}: {why}")
            else:
                display.note(f"nothing to do: the run is at step {run.saved_step()} of {prepared.plan.steps}, {why}")
    return TrainingResult(run.path, run.saved_step(), read_best(run, prepared.keeping.monitor), why)


@contextmanager
def _ending_in_words(run: RunDirectory, stop: StopRequest) -> Iterator[None]:
    """What ends a run from outside, a signal, a full disk, a lost folder, as an error that says how to go on."""
    remedy = "Start the same command again to go on."
    try:
        yield
    except KeyboardInterrupt as error:
        number = stop.signal_number or signal.SIGINT
        raise Interrupted(str(run.path), f"interrupted; {_saved(run)}", remedy, signal_number=number) from error
    except (OutputError, CheckpointError):
        run.require()
        raise
    except OSError as error:
        run.require()
        if error.errno not in files.FULL:
            raise
        raise OutputError(
            str(run.path), f"can't be written: {error.strerror}; {_saved(run)}", f"Make room. {remedy}"
        ) from error


def reason_to_do_nothing(run: RunDirectory, prepared: Preparation, options: TrainOptions) -> str | None:
    """Why a run has come to its end, with all that is done there; None where something is left to do."""
    step, result = run.saved_step(), read_result(run.record_path)
    if result is None or (result["step"], result["average"]) != (step, options.average):
        return None
    if step >= prepared.plan.steps:
        return ALL_STEPS
    patience = prepared.stopping.judge(read_history(run, prepared.keeping.monitor))
    return str(patience) if patience.is_exhausted else None


def _saved(run: RunDirectory) -> str:
    step = run.saved_step()
    return f"it is saved up to step {step}" if step else "nothing was saved before"

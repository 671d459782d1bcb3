"""One run in several processes, as ``--strategy multi-worker`` has it: the first writes the run folder.

All have to do the same at the same step, as a step, and a look at the weights, waits for all of them. So nothing may
depend on a clock, of which each has its own; and each has a run folder, of which all but the first's is scratch.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tfodkit.errors import UsageError
from tfodkit.odapi.devices import TF_CONFIG
from tfodkit.training.options import TrainOptions
from tfodkit.training.plan import TrainingPlan
from tfodkit.training.run_directory import RunDirectory

MULTI_WORKER = "multi-worker"


def without_clocks(plan: TrainingPlan, options: TrainOptions) -> TrainingPlan:
    """The plan; that of several workers saves with each evaluation instead of every so many minutes.

    Raises:
        UsageError: evaluating every so many minutes, or an end after so many hours, is asked of several workers.
    """
    if options.strategy != MULTI_WORKER:
        return plan
    for flag, is_on_time in (("--eval-every", plan.eval_every.unit == "minutes"), ("--max-hours", options.max_hours)):
        if is_on_time:
            what = "can't be meant for several workers, each of which has a clock of its own"
            raise UsageError(flag, what, "Count in steps, with --eval-every N and --steps N.")
    save_every = plan.eval_every if plan.save_every.unit == "minutes" else plan.save_every
    return dataclasses.replace(plan, save_every=save_every, at_once=1)


@contextlib.contextmanager
def own_folder(run: Path, options: TrainOptions) -> Iterator[tuple[Path, TrainOptions]]:
    """The run folder of this process, and its options: the run itself, or a copy of it that is gone afterwards."""
    if options.strategy == MULTI_WORKER:
        options = dataclasses.replace(options, on_oom="stop")  # nobody would tell the others
    if options.strategy != MULTI_WORKER or _is_first():
        yield run, options
        return
    with tempfile.TemporaryDirectory(prefix="tfodkit-worker-") as folder:
        copy = Path(folder) / run.name
        if RunDirectory(run).config_path.is_file():
            shutil.copytree(run, copy, ignore=shutil.ignore_patterns("train", "eval"))
        yield copy, dataclasses.replace(options, mirror=None)


def _is_first() -> bool:
    """So is every process that TF_CONFIG does not tell another; what is wrong with it is told later."""
    try:
        return int(json.loads(os.environ[TF_CONFIG])["task"]["index"]) == 0
    except (ValueError, LookupError, TypeError):
        return True

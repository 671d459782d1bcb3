"""A run that is killed twenty times, at any moment, comes to what it would have come to: to the bit."""

from __future__ import annotations

import json
import multiprocessing
import random
import time
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tfodkit.training import checkpoint_folder
from tfodkit.training.keeping import read_best
from tfodkit.training.loop import TRACING
from tfodkit.training.metrics import read_steps, read_table
from tfodkit.training.monitor import Monitor
from tfodkit.training.options import TrainOptions
from tfodkit.training.run_directory import RunDirectory
from tfodkit.training.train import train

pytestmark = pytest.mark.slow

KILLS = 20
STEPS = 120
SAVE_EVERY = 4
OPTIONS = TrainOptions(steps=STEPS, eval_every=10, save_every=SAVE_EVERY, log_every=1, deterministic=True)
AT_THE_START = 0.25
"""Share of the kills that come before the first step of a start, while TensorFlow loads and traces."""
COUNTERS = ("save_counter",)
"""What counts the saves, of which a killed run makes others."""


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    """What starts processes that have loaded TensorFlow already: twenty times that would be most of the test."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tensorflow", "tfodkit.training.train"])
    return context


def first_steps(run: RunDirectory) -> int:
    """How many starts have come to their first step."""
    return run.log_path.read_text().count(f"{TRACING}: ") if run.log_path.is_file() else 0


def kill_somewhere(process: BaseProcess, run: RunDirectory, chance: random.Random) -> None:
    """Kill the process while it loads, or within a second of its first step."""
    if chance.random() < AT_THE_START:
        time.sleep(chance.uniform(0, 15))
    else:
        before = first_steps(run)
        while process.is_alive() and first_steps(run) == before:
            time.sleep(0.05)
        time.sleep(chance.uniform(0, 1))
    assert process.is_alive(), "the run came to its end before it was killed"
    process.kill()
    process.join()


def tensors(prefix: Path) -> dict[str, Any]:
    """All values of a checkpoint: reading them shows that it is whole."""
    import tensorflow as tf

    reader = tf.train.load_checkpoint(str(prefix))
    names = [name for name in reader.get_variable_to_shape_map() if not name.startswith((*COUNTERS, "_CHECKPOINT"))]
    return {name: reader.get_tensor(name) for name in names}


def require_whole(run: RunDirectory) -> None:
    for which in ("last", "best"):
        prefix = run.find_checkpoint(which)  # type: ignore[arg-type]
        assert prefix is None or checkpoint_folder.is_whole(prefix)
        assert prefix is None or tensors(prefix)


def test_twenty_kills_change_nothing(drawn_config: Path, tmp_path: Path, processes: ForkServerContext) -> None:
    untouched, killed = RunDirectory(tmp_path / "untouched"), RunDirectory(tmp_path / "killed")

    def start(run: RunDirectory) -> BaseProcess:
        process = processes.Process(target=train, args=(drawn_config, run.path, OPTIONS))
        process.start()
        return process

    def go_to_the_end(run: RunDirectory) -> None:
        process = start(run)
        process.join()
        assert process.exitcode == 0

    go_to_the_end(untouched)
    chance = random.Random(0)
    saved = 0
    for _ in range(KILLS):
        kill_somewhere(start(killed), killed, chance)
        require_whole(killed)
        assert killed.saved_step() >= saved
        saved = killed.saved_step()
        assert max(read_steps(killed.metrics_path), default=0) - saved <= SAVE_EVERY
    go_to_the_end(killed)

    assert [row["step"] for row in read_table(killed.metrics_path)] == list(range(1, STEPS + 1))
    assert [row["step"] for row in read_table(killed.evaluations_path)] == list(range(10, STEPS + 1, 10))
    expected, found = (tensors(run.checkpoint("last")) for run in (untouched, killed))
    assert set(expected) == set(found)
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value, err_msg=name)
    assert read_best(killed, Monitor("mAP")) == read_best(untouched, Monitor("mAP"))
    losses = [[row["Loss/total_loss"] for row in read_table(run.metrics_path)] for run in (untouched, killed)]
    assert losses[0] == losses[1]
    starts = json.loads(killed.record_path.read_text())["starts"]
    assert [one["why_ended"] for one in starts[-2:]] == ["it was killed", "all steps taken"]

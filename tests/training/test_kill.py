"""A run that is killed twenty times, at any moment, comes to what it would have come to: to the bit."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tfodkit.training import checkpoint_folder
from tfodkit.training.keeping import read_best
from tfodkit.training.metrics import read_steps, read_table
from tfodkit.training.monitor import Monitor
from tfodkit.training.run_directory import RunDirectory

pytestmark = pytest.mark.slow

KILLS = 20
STEPS = 120
EVAL_EVERY = 25
SAVE_EVERY = 4
AT_THE_START = 0.25
"""Share of the kills that come before the first step of a start, while TensorFlow loads and traces."""
COUNTERS = ("save_counter",)
"""What counts the saves, of which a killed run makes others."""


def start(config: Path, run: RunDirectory) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tfodkit", "train", str(config), "-o", str(run.path), "--deterministic"]
    cadence = [
        "--steps",
        str(STEPS),
        "--eval-every",
        str(EVAL_EVERY),
        "--save-every",
        str(SAVE_EVERY),
        "--log-every",
        "1",
    ]
    with (run.path.parent / f"{run.path.name}.out").open("ab") as out:
        return subprocess.Popen([*command, *cadence], stdout=out, stderr=out)


def kill_somewhere(process: subprocess.Popen[bytes], run: RunDirectory, chance: random.Random) -> None:
    """Kill the process while it loads, or within a second of its first step."""
    if chance.random() < AT_THE_START:
        time.sleep(chance.uniform(0, 15))
    else:
        before = run.saved_step()
        while process.poll() is None and max(read_steps(run.metrics_path), default=0) <= before:
            time.sleep(0.05)
        time.sleep(chance.uniform(0, 1))
    assert process.poll() is None, "the run came to its end before it was killed"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


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


def test_twenty_kills_change_nothing(drawn_config: Path, tmp_path: Path) -> None:
    untouched, killed = RunDirectory(tmp_path / "untouched"), RunDirectory(tmp_path / "killed")
    assert start(drawn_config, untouched).wait() == 0
    chance = random.Random(0)
    saved = 0
    for _ in range(KILLS):
        kill_somewhere(start(drawn_config, killed), killed, chance)
        require_whole(killed)
        reached = max(read_steps(killed.metrics_path), default=0)
        assert saved <= killed.saved_step()
        assert reached - killed.saved_step() <= SAVE_EVERY
        saved = killed.saved_step()
    assert start(drawn_config, killed).wait() == 0

    assert [row["step"] for row in read_table(killed.metrics_path)] == list(range(1, STEPS + 1))
    assert [row["step"] for row in read_table(killed.evaluations_path)] == [25, 50, 75, 100, 120]
    expected, found = (tensors(run.checkpoint("last")) for run in (untouched, killed))
    assert set(expected) == set(found)
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value, err_msg=name)
    assert read_best(killed, Monitor("mAP")) == read_best(untouched, Monitor("mAP"))
    losses = [[row["Loss/total_loss"] for row in read_table(run.metrics_path)] for run in (untouched, killed)]
    assert losses[0] == losses[1]
    assert not list(tmp_path.glob(".*.training/*[!k]"))

"""``tfodkit train`` in two processes of one machine: they stop together, go on together, and are told of a loss."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tfodkit.training.metrics import read_table
from tfodkit.training.run_directory import RunDirectory

pytestmark = pytest.mark.slow

PATIENCE = 300
"""Seconds for anything of it: on a machine that does nothing else it takes twenty."""


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@contextmanager
def two_workers(config: Path, run: Path, *flags: str) -> Iterator[Sequence[subprocess.Popen[str]]]:
    """Both processes, with what they say in files beside the run; none is left behind."""
    workers = [f"127.0.0.1:{port}" for port in free_ports(2)]
    command = [sys.executable, "-m", "tfodkit", "train", str(config), "-o", str(run), "--strategy", "multi-worker"]
    processes = []
    try:
        for index in range(2):
            task = {"cluster": {"worker": workers}, "task": {"type": "worker", "index": index}}
            with said(run, index).open("w") as output:
                processes.append(
                    subprocess.Popen(
                        [*command, *flags],
                        env={**os.environ, "TF_CONFIG": json.dumps(task)},
                        stdout=output,
                        stderr=subprocess.STDOUT,
                        text=True,
                    )
                )
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def said(run: Path, index: int) -> Path:
    return run.with_name(f"{run.name}.worker-{index}.txt")


def wait_for(words: str, run: Path) -> None:
    """Until the second worker has said them."""
    end = time.monotonic() + PATIENCE
    while words not in said(run, 1).read_text():
        assert time.monotonic() < end, said(run, 1).read_text()
        time.sleep(0.2)


def test_two_processes_stop_at_the_same_step_and_go_on(drawn_config: Path, tmp_path: Path) -> None:
    run = RunDirectory(tmp_path / "run")
    with two_workers(drawn_config, run.path, "--steps", "100000", "--eval-every", "50000") as processes:
        wait_for("tracing the train step:", run.path)
        processes[1].send_signal(signal.SIGTERM)
        assert [process.wait(PATIENCE) for process in processes] == [130, 143], said(run.path, 0).read_text()
    steps = [
        int(found) for index in range(2) for found in re.findall(r"up to step (\d+)", said(run.path, index).read_text())
    ]
    assert steps == [run.saved_step()] * 2
    last = run.saved_step() + 2
    with two_workers(drawn_config, run.path, "--steps", str(last), "--eval-every", "50000") as processes:
        assert [process.wait(PATIENCE) for process in processes] == [0, 0], said(run.path, 0).read_text()
    for index in range(2):
        assert f"trained to step {last}, all steps taken" in said(run.path, index).read_text()
    assert [row["step"] for row in read_table(run.evaluations_path)] == [last]
    assert run.checkpoint("last").name == f"ckpt-{last}"


def test_a_worker_that_is_killed_ends_the_other_in_words(drawn_config: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    with two_workers(drawn_config, run, "--steps", "100000", "--eval-every", "50000") as processes:
        wait_for("tracing the train step:", run)
        processes[1].kill()
        assert processes[0].wait(PATIENCE) == 1
    assert "error: --strategy multi-worker: another worker is gone, or can't be reached;" in said(run, 0).read_text()

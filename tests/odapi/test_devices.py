"""Strategies by name: two processes that learn as one, and what each needs."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tfodkit.errors import SetupError
from tfodkit.odapi.devices import choose_strategy
from tfodkit.odapi.install import install

pytestmark = pytest.mark.slow

PROGRAM = """
import hashlib, json, os, sys
from pathlib import Path
from tfodkit.odapi.install import install
install()
from tfodkit.odapi.devices import choose_strategy
strategy, in_words = choose_strategy("multi-worker")
from tfodkit.config import read_checked_pipeline
from tfodkit.odapi.learner import Learner
from tfodkit.training.draw_order import draw_order
pipeline = read_checked_pipeline(sys.argv[1])
learner = Learner(pipeline.text, strategy=strategy, seed=5, draws=draw_order(pipeline, seed=5))
learner.start()
losses = [float(learner.take_step()["Loss/total_loss"]) for _ in range(3)]
digest = hashlib.sha256(b"".join(variable.numpy().tobytes() for variable in learner.model.trainable_variables))
seen = learner.batch_preview()[0].shape[0]
learner.checkpoint_manager(Path(sys.argv[2])).save(checkpoint_number=3)
print(json.dumps([in_words, losses, digest.hexdigest(), seen]), flush=True)
os._exit(0)  # TensorFlow's servers of the two wait for each other when Python ends
"""


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def test_two_processes_learn_the_same_weights(drawn_config: Path, tmp_path: Path) -> None:
    workers = [f"127.0.0.1:{port}" for port in free_ports(2)]
    processes = []
    for index in range(2):
        task = {"cluster": {"worker": workers}, "task": {"type": "worker", "index": index}}
        processes.append(
            subprocess.Popen(
                [sys.executable, "-c", PROGRAM, str(drawn_config), str(tmp_path / str(index))],
                env={**os.environ, "TF_CONFIG": json.dumps(task), "TF_CPP_MIN_LOG_LEVEL": "2"},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    try:
        ended = [process.communicate(timeout=900) for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert [process.returncode for process in processes] == [0, 0], ended[0][1][-3000:]
    one, other = (json.loads(out.splitlines()[-1]) for out, _ in ended)
    assert one == other
    in_words, losses, _, seen = one
    assert in_words == "2 devices of several processes, mirrored"
    assert (len(set(losses)), seen) == (3, 2)  # of the 4 images of a batch, each process has half
    assert all((tmp_path / str(index) / "ckpt-3.index").exists() for index in range(2))


@pytest.mark.parametrize("text", ["", "{", '{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": 1}}'])
def test_a_worker_that_nobody_told_of_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    install()
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(SetupError, match=r"--strategy multi-worker: TF_CONFIG tells of no worker .* Set it in each"):
        choose_strategy("multi-worker")


def test_no_tpu_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    install()
    for name in ("TPU_NAME", "COLAB_TPU_ADDR", "TPU_CONFIG", "KUBE_GOOGLE_CLOUD_TPU_ENDPOINTS"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SetupError, match=r"--strategy tpu: there is no TPU here \(.*\)\. Run it where there is one"):
        choose_strategy("tpu")


def test_mirrored_is_had_on_one_device_too() -> None:
    install()
    strategy, in_words = choose_strategy("mirrored")
    assert (strategy.num_replicas_in_sync, in_words) == (1, "the CPU, mirrored")

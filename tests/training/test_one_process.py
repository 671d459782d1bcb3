from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tfodkit.errors import OutputError
from tfodkit.training.one_process import sole_process

HOLD = """
import sys
from pathlib import Path
from tfodkit.training.one_process import sole_process

with sole_process(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_refused_by_the_pid_of_the_first(tmp_path: Path) -> None:
    run = tmp_path / "runs" / "run"
    command = [sys.executable, "-c", HOLD, str(run)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == "held\n"
        message = (
            f"{run}: another process (pid {other.pid}) is training in this folder. Wait until it has ended, end it,"
        )
        with pytest.raises(OutputError, match=re.escape(message)), sole_process(run):
            pass
        other.kill()
    with sole_process(run):
        pass
    assert list((tmp_path / "runs").iterdir()) == []


def test_the_claim_is_beside_the_run_which_need_not_be_there(tmp_path: Path) -> None:
    with sole_process(tmp_path / "run"):
        assert [path.name for path in tmp_path.iterdir()] == [".run.training"]
        assert (tmp_path / ".run.training" / "lock").read_text() == f"{os.getpid()}\n"
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"file/run: can't be written: .*\. Choose another place"):  # noqa: SIM117
        with sole_process(tmp_path / "file" / "run"):
            pass

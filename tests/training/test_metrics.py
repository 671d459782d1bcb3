"""Tables that have a row whole or not at all, and every step once."""

from __future__ import annotations

import csv
import json
import math
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tfodkit.errors import OutputError
from tfodkit.training.metrics import StepTable, read_steps, read_table


def json_rows(path: Path) -> list[dict[str, float | None]]:
    return [json.loads(line) for line in path.with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "metrics.csv"


def test_rows_are_added_to_both_files_under_the_columns_of_the_first(path: Path) -> None:
    table = StepTable(path)
    table.add(1, {"loss": 2.5, "AP/mug, large": None})
    table.add(2, {"AP/mug, large": 0.5, "loss": 1.25})
    assert path.read_text() == 'step,loss,"AP/mug, large"\n1,2.5,\n2,1.25,0.5\n'
    assert path.with_suffix(".jsonl").read_text() == (
        '{"step": 1, "loss": 2.5, "AP/mug, large": null}\n{"step": 2, "AP/mug, large": 0.5, "loss": 1.25}\n'
    )
    assert read_table(path) == json_rows(path)


def test_a_resumed_run_has_every_step_once_in_both_files(path: Path) -> None:
    first = StepTable(path)
    for step in (1, 2, 3):
        first.add(step, {"loss": float(step)})
    again = StepTable(path, resume_at=2)
    again.add(3, {"loss": 30.0})
    assert path.read_text() == "step,loss\n1,1.0\n2,2.0\n3,30.0\n"
    assert [row["loss"] for row in json_rows(path)] == [1.0, 2.0, 30.0]


def test_a_row_that_was_cut_off_is_dropped(path: Path) -> None:
    for cut_off in ("2,0.", "2,0.5,0.0", "2,0.5,0.01"):
        path.write_text(f"step,loss,rate\n1,1.0,0.1\n{cut_off}")
        path.with_suffix(".jsonl").write_text('{"step": 1, "lo')
        assert read_steps(path) == {1}
        StepTable(path, resume_at=5)
        assert path.read_text() == "step,loss,rate\n1,1.0,0.1\n"
        assert json_rows(path) == [{"step": 1, "loss": 1.0, "rate": 0.1}]


def test_a_row_that_one_file_alone_has_is_in_both_after_a_resume(path: Path) -> None:
    table = StepTable(path)
    table.add(1, {"loss": 1.0})
    with path.open("a") as file:
        file.write("2,0.5\n")  # killed between the two writes
    StepTable(path, resume_at=2)
    assert json_rows(path) == [{"step": 1, "loss": 1.0}, {"step": 2, "loss": 0.5}]


def test_a_run_that_starts_from_nothing_names_its_columns_anew(path: Path) -> None:
    StepTable(path).add(1, {"ssd loss": 1.0})
    StepTable(path, resume_at=0).add(1, {"rcnn loss": 2.0})
    assert path.read_text() == "step,rcnn loss\n1,2.0\n"


def test_a_column_that_is_new_is_empty_in_the_rows_before_it(path: Path) -> None:
    StepTable(path).add(1, {"loss": 1.0, "rate": 0.1})
    table = StepTable(path, resume_at=1)
    table.add(2, {"loss": 0.5, "images_per_sec": 20.0})
    assert path.read_text() == "step,loss,rate,images_per_sec\n1,1.0,0.1,\n2,0.5,,20.0\n"
    assert read_steps(path) == {1, 2}


def test_no_table_has_no_rows(path: Path) -> None:
    assert read_steps(path) == frozenset()
    path.touch()
    assert read_table(path) == []


def test_what_is_no_number_is_null_in_json(path: Path) -> None:
    StepTable(path).add(1, {"loss": math.nan, "rate": math.inf})
    assert path.read_text() == "step,loss,rate\n1,nan,inf\n"
    assert json_rows(path) == [{"step": 1, "loss": None, "rate": None}]


def test_a_full_disk_is_told(path: Path) -> None:
    table = StepTable(path)
    table.add(1, {"loss": 1.0})
    path.unlink()
    path.symlink_to("/dev/full")
    with pytest.raises(OutputError, match=r"metrics\.csv: can't be written: No space left on device"):
        table.add(2, {"loss": 1.0})


WRITER = """
import sys
from pathlib import Path
from tfodkit.training.metrics import StepTable
table = StepTable(Path(sys.argv[1]), resume_at=int(sys.argv[2]))
print("ready", flush=True)
for step in range(int(sys.argv[2]) + 1, 10**9):
    table.add(step, {f"loss {number}": step / 7 for number in range(20)})
"""


def test_a_table_survives_being_killed_again_and_again(path: Path) -> None:
    reached = 0
    for kill in range(2):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(reached)], stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout
            writer.stdout.readline()
            while reached + 100 * (kill + 1) > max(read_steps(path), default=0):
                pass
            os.kill(writer.pid, signal.SIGKILL)
        text = path.read_text()
        assert text.endswith("\n")
        assert {len(row) for row in csv.reader(text.splitlines())} == {21}
        assert all(len(row) == 21 for row in json_rows(path))
        reached = max(read_steps(path)) - 3
    steps = [row["step"] for row in read_table(path)]
    assert steps == list(range(1, len(steps) + 1))

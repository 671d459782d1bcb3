from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest
from builders import label_folder

from tfodkit.errors import UsageError
from tfodkit.records import make_records
from tfodkit.reporting.model_table import model_lines
from tfodkit.training.model_speed import ModelSpeed
from tfodkit.workflow import model_benchmark
from tfodkit.workflow.model_benchmark import ExportCost, MeasuredModel, benchmark

SPEED = ModelSpeed("the CPU", 4_660_000, 8, 28.14, 0.5, 0.0491)
COST = ExportCost(26.84, 21_600_000, 19_800_000)


@pytest.fixture
def records(tmp_path: Path) -> Path:
    folder = label_folder(tmp_path / "pictures", {f"{number}.jpg": ["mug"] for number in range(4)})
    make_records(folder, tmp_path / "records")
    return tmp_path / "records"


class Process:
    """What came back of a process that wrote ``result`` beside its task, or died."""

    def __init__(self, returncode: int = 0, stderr: str = "", result: object = None) -> None:
        self.returncode, self.stderr, self.result = returncode, stderr, result

    def __call__(self, line: list[str], **_: object) -> Process:
        assert line[1:3] == ["-m", "tfodkit.workflow.model_benchmark"]
        if self.result is not None:
            Path(line[3]).with_name("result.json").write_text(json.dumps(self.result))
        return self


def test_a_template_that_there_is_not_is_refused_before_anything_is_measured() -> None:
    with pytest.raises(UsageError, match=r"^model \S+: there is no such template"):
        benchmark(["example", "exmaple"])


@pytest.mark.parametrize(
    ("process", "reason"),
    [
        (Process(-signal.SIGKILL), "the system killed it, most likely because memory did not suffice"),
        (Process(-signal.SIGSEGV), "it died of SIGSEGV"),
        (Process(1, "Traceback\nValueError: 7\n"), "it failed with exit code 1: ValueError: 7"),
        (Process(1), "it failed with exit code 1: it said nothing"),
        (Process(result={"reason": "no room"}), "no room"),
    ],
)
def test_a_model_that_fails_is_a_row_with_the_reason(
    process: Process, reason: str, records: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_benchmark.subprocess, "run", process)
    assert list(benchmark(["example"], records=records)) == [MeasuredModel("example", reason=reason)]


def test_a_config_that_can_not_be_made_does_not_keep_the_next_from_being_measured(
    records: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from dataclasses import asdict

    (tmp_path / "bad.config").write_text("model {")
    process = Process(result={"speed": asdict(SPEED), "export": asdict(COST)})
    monkeypatch.setattr(model_benchmark.subprocess, "run", process)
    bad, good = benchmark([str(tmp_path / "bad.config"), "example"], records=records)
    assert bad.reason.startswith(f"{tmp_path / 'bad.config'}:1: ")
    assert good == MeasuredModel("example", SPEED, COST)


def test_the_table_has_those_that_ran_and_the_reasons_of_the_others() -> None:
    table = list(model_lines([MeasuredModel("small", SPEED, COST), MeasuredModel("large", reason="no room")]))
    assert table == [
        "model  parameters  first step     step  images/s  eval image  export  SavedModel  frozen graph",
        "small       4.7 M      28.1 s  0.500 s      16.0     0.049 s  26.8 s     21.6 MB       19.8 MB",
        "",
        "On the CPU; steps of 8 images, the median of several after the first,",
        "which has TensorFlow's start and tracing in it; an image in evaluation, after tracing.",
        "large could not be measured: no room",
    ]
    assert list(model_lines([MeasuredModel("large", reason="no room")])) == ["large could not be measured: no room"]


@pytest.mark.slow
def test_a_model_is_measured_in_a_process_of_its_own(drawn_records: Path, drawn_config: Path) -> None:
    template = drawn_config.with_name("tiny.config")
    (found,) = benchmark([str(template)], records=drawn_records, batch_size=2, steps=2)
    assert found.reason == ""
    assert found.speed.batch_size == 2
    assert 100_000 < found.speed.parameters < 10_000_000
    assert found.speed.first_step_seconds > found.speed.step_seconds > 0
    assert found.export.saved_model_bytes > found.export.frozen_graph_bytes > 4 * found.speed.parameters

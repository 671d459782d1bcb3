from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from tfodkit.cli.main import app
from tfodkit.exporting import benchmark
from tfodkit.exporting.benchmark import ExportBenchmark, MeasuredForm

GOOD = MeasuredForm("saved_model", 5_800_000, 4.21, 0.0123, 0.0456, 812_000_000, 0.66804)
BAD = MeasuredForm("onnx", 1_000, reason="onnxruntime is not installed")


@pytest.mark.parametrize(("forms", "code"), [((GOOD, BAD), 0), ((BAD,), 1)])
def test_a_form_that_fails_fails_the_command_only_where_no_other_ran(
    forms: tuple[MeasuredForm, ...], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = ExportBenchmark(forms, 5, "validation")

    def benchmark_export(*_: object, pictures: int, **__: object) -> ExportBenchmark:
        assert pictures == 5
        return measured

    monkeypatch.setattr(benchmark, "benchmark_export", benchmark_export)
    result = CliRunner().invoke(app, ["benchmark-export", "exported", "--pictures", "5", "--json"])
    assert result.exit_code == code
    assert json.loads(result.stdout) == json.loads(json.dumps(measured.to_json()))

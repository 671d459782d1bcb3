from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tfodkit.cli.main import app
from tfodkit.training.model_speed import ModelSpeed
from tfodkit.workflow import model_benchmark
from tfodkit.workflow.model_benchmark import ExportCost, MeasuredModel

GOOD = MeasuredModel("example", ModelSpeed("1 GPU", 600_000, 2, 20.0, 0.1, 0.01), ExportCost(9.0, 4_000_000, 3_000_000))
BAD = MeasuredModel("large", reason="no room")


@pytest.mark.parametrize(("rows", "code"), [([GOOD, BAD], 0), ([BAD], 1)])
def test_a_model_that_fails_fails_the_command_only_where_no_other_ran(
    rows: list[MeasuredModel], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}

    def benchmark(models: list[str], **options: object) -> list[MeasuredModel]:
        asked.update(options, models=models)
        return rows

    monkeypatch.setattr(model_benchmark, "benchmark", benchmark)
    line = [
        "benchmark",
        "example",
        "large",
        "--records",
        "r",
        "--image-size",
        "96",
        "--batch-size",
        "2",
        "--steps",
        "3",
    ]
    done = CliRunner().invoke(app, [*line, "--json"])
    assert (done.exit_code, json.loads(done.stdout)) == (code, [row.to_json() for row in rows])
    assert asked.pop("tell")
    assert asked == {
        "models": ["example", "large"],
        "records": Path("r"),
        "image_size": "96",
        "batch_size": 2,
        "steps": 3,
    }
    assert CliRunner().invoke(app, line).stdout.endswith("large could not be measured: no room\n")

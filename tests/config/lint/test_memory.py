from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.config.linting import lint_file
from tfodkit.config import PipelineOptions, make_config, read_checked_pipeline
from tfodkit.config.memory.forecast import forecast_memory
from tfodkit.config.memory.machine import MachineMemory
from tfodkit.config.pipeline import read_pipeline
from tfodkit.findings import Severity
from tfodkit.records.manifest import RecordManifest

GB = 1_000_000_000
RETINANET = "ssd_resnet50_v1_fpn_640x640_coco17"


@pytest.fixture
def config(records: Path, tmp_path: Path) -> Path:
    path = tmp_path / "pipeline.config"
    make_config(RETINANET, records, path)
    return path


def said(config: Path, machine: MachineMemory | None) -> list[str]:
    return [finding.what for finding in lint_file(config, machine) if finding.code == "TFK606"]


def test_enough_memory_is_no_finding(config: Path) -> None:
    for machine in (None, MachineMemory(None), MachineMemory(64 * GB), MachineMemory(64 * GB, (48 * GB, 48 * GB))):
        assert said(config, machine) == []


@pytest.mark.parametrize(
    ("machine", "whose"),
    [
        (MachineMemory(6 * GB), "memory, but 6.0 GB"),
        (MachineMemory(64 * GB, (64 * GB, 4 * GB)), "memory of each GPU, but 4.0 GB"),
    ],
)
def test_the_largest_batch_that_fits_is_told_and_fits(
    machine: MachineMemory, whose: str, records: Path, tmp_path: Path
) -> None:
    def said_of(batch: int) -> list[str]:
        path = tmp_path / f"{batch}.config"
        make_config(RETINANET, records, path, PipelineOptions(batch_size=batch))
        return said(path, machine)

    (what,) = said_of(16)
    found = re.fullmatch(rf"training takes about \d+\.\d GB of {whose} is free; batch_size (\d+) fits", what)
    assert found
    most = int(found[1])
    assert 1 <= most < 16
    assert said_of(most) == []
    assert len(said_of(most + 1)) == 1


def test_where_not_even_one_image_fits_it_is_said(config: Path) -> None:
    (what,) = said(config, MachineMemory(1 * GB))
    assert what.endswith("but 1.0 GB is free; not even one image fits")


def test_a_gpu_takes_the_model_and_the_computer_the_rest(config: Path, records: Path) -> None:
    forecast = forecast_memory(read_pipeline(config), RecordManifest.read(records))
    assert forecast is not None
    enough = forecast.beside_gpu().total
    assert said(config, MachineMemory(enough, (64 * GB,))) == []
    (host,) = said(config, MachineMemory(enough - 1, (64 * GB,)))
    assert " of memory, but " in host
    (gpu,) = said(config, MachineMemory(enough, (4 * GB,)))
    assert " of GPU memory, but 4.0 GB is free; batch_size " in gpu


def test_the_smallest_of_several_gpus_counts_and_the_batch_is_shared_out(config: Path) -> None:
    alone = MachineMemory(64 * GB, (6 * GB,))
    assert len(said(config, alone)) == 1
    assert said(config, MachineMemory(64 * GB, (6 * GB,) * 4)) == []
    (what,) = said(config, MachineMemory(64 * GB, (64 * GB, 3 * GB)))
    assert " of memory of each GPU, but 3.0 GB is free; batch_size " in what


def test_training_is_warned_by_this_machine_s_memory(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tfodkit.config.checked.machine_memory", lambda: MachineMemory(6 * GB))
    assert "TFK606" in [finding.code for finding in read_checked_pipeline(config).warnings]


def test_it_is_a_warning_at_the_batch_with_a_remedy(config: Path) -> None:
    (finding,) = (finding for finding in lint_file(config, MachineMemory(6 * GB)) if finding.code == "TFK606")
    assert finding.rule.severity is Severity.WARNING
    assert finding.line is not None
    assert "batch_size: 8" in config.read_text(encoding="utf-8").splitlines()[finding.line - 1]
    assert "smaller --batch-size or --image-size" in str(finding.problem)

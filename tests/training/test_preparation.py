"""What is decided, and refused, before TensorFlow is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import cafe_folder

from tfodkit.config import PipelineOptions, make_config
from tfodkit.errors import RecordError, UsageError
from tfodkit.records import make_records
from tfodkit.training.cadence import Cadence
from tfodkit.training.options import TrainOptions
from tfodkit.training.preparation import prepare


@pytest.fixture
def config(tmp_path: Path) -> Path:
    make_records(cafe_folder(tmp_path / "images"), tmp_path / "records")
    return make_config(
        "example", tmp_path / "records", tmp_path / "a.config", PipelineOptions(steps=40, batch_size=2)
    ).path


def test_a_run_is_planned_from_config_and_options(config: Path) -> None:
    prepared = prepare(config, TrainOptions(eval_every="2e", patience=3, min_delta=0.01, keep=2, average=4))
    assert prepared.train_images
    assert (prepared.plan.steps, prepared.plan.log_every) == (40, 10)
    assert prepared.plan.eval_every == Cadence(prepared.train_images)  # two epochs of batches of two
    assert prepared.keeping.keep == 4
    assert (prepared.stopping.patience, prepared.stopping.min_delta) == (3, 0.01)
    assert prepared.stopping.higher_is_better
    assert prepared.stopping.warm_up_steps > 0
    assert prepared.warnings == [str(warning.problem) for warning in prepared.pipeline.warnings]
    assert len(prepared.ground_truth) == prepared.pipeline.manifest.images("val")  # type: ignore[union-attr]


def test_other_steps_than_the_schedules_are_warned_of(config: Path) -> None:
    assert "training to step 8, but the schedule is made for 40" in prepare(config, TrainOptions(steps=8)).warnings


def test_a_loss_is_better_when_lower(config: Path) -> None:
    assert not prepare(config, TrainOptions(monitor="Loss/total_loss")).stopping.higher_is_better


def test_a_figure_that_there_is_not_is_refused(config: Path) -> None:
    with pytest.raises(
        UsageError, match=r"--monitor: must be a COCO figure, .* but got 'AP/mugg'\. Did you mean AP/mug"
    ):
        prepare(config, TrainOptions(monitor="AP/mugg"))


def test_records_are_held_against_their_checksums(config: Path) -> None:
    record = sorted((config.parent / "records").glob("train_*.record"))[0]
    content = bytearray(record.read_bytes())
    content[len(content) // 2] ^= 1
    record.write_bytes(content)
    with pytest.raises(RecordError, match=f"{record.name}"):
        prepare(config, TrainOptions())

"""Which folders a run may begin or go on in; no TensorFlow is needed to tell."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from builders import cafe_folder
from training_builders import save

from tfodkit.config import PipelineConfig, PipelineOptions, make_config, read_checked_pipeline
from tfodkit.errors import ConfigError, OutputError
from tfodkit.records import make_records
from tfodkit.training.open_run import open_run, refuse_foreign_mirror


@pytest.fixture
def pipelines(tmp_path: Path) -> tuple[PipelineConfig, PipelineConfig]:
    """Two configs for the same records."""
    make_records(cafe_folder(tmp_path / "images"), tmp_path / "records")
    paths = [tmp_path / f"{steps}.config" for steps in (10, 20)]
    for path in paths:
        make_config("example", tmp_path / "records", path, PipelineOptions(steps=int(path.stem), schedule="constant"))
    one, other = map(read_checked_pipeline, paths)
    return one, other


def test_a_run_that_has_saved_nothing_takes_another_config(
    pipelines: tuple[PipelineConfig, PipelineConfig], tmp_path: Path
) -> None:
    for pipeline in pipelines:
        run, is_changed = open_run(tmp_path / "run", pipeline)
        assert not is_changed
        assert run.config_path.read_text() == pipeline.text
        assert run.label_map_path.read_bytes() == pipeline.label_map_path.read_bytes()
        run.log_path.touch()


def test_a_config_in_a_folder_without_a_run_is_not_replaced(
    pipelines: tuple[PipelineConfig, PipelineConfig], tmp_path: Path
) -> None:
    run, _ = open_run(tmp_path / "mine", pipelines[0])
    message = (
        f"{run.config_path}: is another config than the one to train, and no run has begun in its folder: "
        "it would be lost. Give the run a folder of its own with -o."
    )
    with pytest.raises(OutputError, match=f"^{re.escape(message)}$"):
        open_run(run.path, pipelines[1])
    assert run.config_path.read_text() == pipelines[0].text
    assert open_run(run.path, pipelines[0]) == (run, False)


def test_a_run_goes_on_with_the_same_config_however_it_is_laid_out(
    pipelines: tuple[PipelineConfig, PipelineConfig], tmp_path: Path
) -> None:
    run, _ = open_run(tmp_path / "run", pipelines[0])
    save(run.folder("last"), 5)
    pipelines[0].path.write_text(pipelines[0].text.replace("  num_steps: 10", "num_steps:    10  # of them"))
    assert open_run(run.path, read_checked_pipeline(pipelines[0].path)) == (run, False)


def test_another_config_is_refused_with_what_differs_and_taken_by_force(
    pipelines: tuple[PipelineConfig, PipelineConfig], tmp_path: Path
) -> None:
    one, other = pipelines
    run, _ = open_run(tmp_path / "run", one)
    save(run.folder("last"), 5)
    message = (
        f"{run.path}: the run was started with another config than {other.path}: "
        f"train_config.num_steps was 10 and is 20. "
        f"Go on with {run.config_path}, give the new run another folder, or pass --force to go on with the new config."
    )
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        open_run(run.path, other)
    assert open_run(run.path, other, force=True) == (run, True)
    assert run.config_path.read_text() == other.text
    assert open_run(run.path, other) == (run, False)


def test_a_mirror_of_another_run_or_of_none_is_refused(
    pipelines: tuple[PipelineConfig, PipelineConfig], tmp_path: Path
) -> None:
    one, other = pipelines
    mirror = tmp_path / "drive"
    refuse_foreign_mirror(mirror, one)
    mirror.mkdir()
    refuse_foreign_mirror(mirror, one)
    (mirror / "holiday.jpg").touch()
    with pytest.raises(OutputError, match=r"drive: the folder holds 'holiday\.jpg' but no pipeline\.config"):
        refuse_foreign_mirror(mirror, one, force=True)
    (mirror / "pipeline.config").write_text(one.text)
    refuse_foreign_mirror(mirror, one)
    message = (
        f"{mirror}: it is the mirror of a run with another config than {other.path}: train_config.num_steps was 10 and "
        "is 20. Name another folder, or pass --force to have it replaced."
    )
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        refuse_foreign_mirror(mirror, other)
    refuse_foreign_mirror(mirror, other, force=True)


def test_many_differences_are_counted(pipelines: tuple[PipelineConfig, PipelineConfig], tmp_path: Path) -> None:
    run, _ = open_run(tmp_path / "run", pipelines[0])
    save(run.folder("last"), 5)
    run.config_path.write_text("train_config {}")
    with pytest.raises(
        ConfigError, match=r"model was not set and is \{\}|model\..* was not set and is .*; \d+ more\. Go on"
    ):
        open_run(run.path, pipelines[0])


def test_a_config_that_is_gone_from_the_run_is_said(
    pipelines: tuple[PipelineConfig, PipelineConfig], tmp_path: Path
) -> None:
    run, _ = open_run(tmp_path / "run", pipelines[0])
    save(run.folder("last"), 5)
    run.config_path.unlink()
    with pytest.raises(OutputError, match=r"but no pipeline\.config"):
        open_run(run.path, pipelines[0])


def test_a_folder_of_something_else_is_left_alone(
    pipelines: tuple[PipelineConfig, PipelineConfig], tmp_path: Path
) -> None:
    with pytest.raises(OutputError, match=r"images: the folder holds 'tray_00\.jpg' but no pipeline\.config"):
        open_run(tmp_path / "images", pipelines[0])

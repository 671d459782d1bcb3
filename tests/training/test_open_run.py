"""Which folders a run may begin or go on in; no TensorFlow is needed to tell."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import cafe_folder

from tfodkit.config import PipelineConfig, PipelineOptions, make_config, read_checked_pipeline
from tfodkit.errors import ConfigError, OutputError
from tfodkit.records import make_records
from tfodkit.training.train import _open_run


@pytest.fixture
def pipelines(tmp_path: Path) -> tuple[PipelineConfig, PipelineConfig]:
    """Two configs for the same records."""
    make_records(cafe_folder(tmp_path / "images"), tmp_path / "records")
    paths = [tmp_path / f"{steps}.config" for steps in (10, 20)]
    for path in paths:
        make_config("example", tmp_path / "records", path, PipelineOptions(steps=int(path.stem)))
    one, other = map(read_checked_pipeline, paths)
    return one, other


def save_something(run: Path) -> None:
    (run / "last").mkdir()
    (run / "last" / "checkpoint").write_text('model_checkpoint_path: "ckpt-5"\n')


def test_a_run_that_has_saved_nothing_takes_another_config(
    pipelines: tuple[PipelineConfig, PipelineConfig], tmp_path: Path
) -> None:
    for pipeline in pipelines:
        run = _open_run(tmp_path / "run", pipeline)
        assert run.config_path.read_text() == pipeline.text
        assert run.label_map_path.read_bytes() == pipeline.label_map_path.read_bytes()


def test_a_run_goes_on_with_its_own_config_alone(
    pipelines: tuple[PipelineConfig, PipelineConfig], tmp_path: Path
) -> None:
    one, other = pipelines
    run = _open_run(tmp_path / "run", one)
    save_something(run.path)
    assert _open_run(run.path, one) == run
    for spoil in (lambda: None, lambda: run.config_path.write_text("model {"), run.config_path.unlink):
        spoil()
        with pytest.raises(ConfigError, match=r"another config than .*20\.config\. Go on with"):
            _open_run(run.path, other)


def test_a_folder_of_something_else_is_left_alone(
    pipelines: tuple[PipelineConfig, PipelineConfig], tmp_path: Path
) -> None:
    with pytest.raises(OutputError, match=r"images: the folder holds 'tray_00\.jpg' but no pipeline\.config"):
        _open_run(tmp_path / "images", pipelines[0])

from __future__ import annotations

from pathlib import Path

import pytest

from tfodkit.errors import CheckpointError, ExportError, UsageError
from tfodkit.exporting import ExportSource


def checkpoint(folder: Path, name: str = "ckpt-0", *, is_named: bool = True) -> Path:
    """A checkpoint's files, empty; and the state file, if ``is_named``."""
    folder.mkdir(parents=True, exist_ok=True)
    for end in (".index", ".data-00000-of-00001"):
        (folder / f"{name}{end}").touch()
    if is_named:
        state = f'model_checkpoint_path: "{name}"\nall_model_checkpoint_paths: "{name}"\n'
        (folder / "checkpoint").write_text(state)
    return folder / name


@pytest.fixture
def zoo(tmp_path: Path) -> Path:
    """A folder as the model zoo packs it, with a label map that somebody put there."""
    model = tmp_path / "model"
    checkpoint(model / "checkpoint")
    (model / "pipeline.config").touch()
    (model / "label_map.pbtxt").touch()
    return model


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    checkpoint(folder / "best", "ckpt-20")
    checkpoint(folder / "last", "ckpt-30")
    (folder / "pipeline.config").touch()
    return folder


@pytest.mark.parametrize(
    "named", ["", "checkpoint", "checkpoint/ckpt-0", "checkpoint/ckpt-0.index", "checkpoint/ckpt-0.data-00000-of-00001"]
)
def test_a_folder_of_the_zoo_is_found_by_any_of_its_names(zoo: Path, named: str) -> None:
    assert ExportSource.find(zoo / named) == ExportSource(
        zoo / "pipeline.config", zoo / "checkpoint" / "ckpt-0", zoo / "label_map.pbtxt"
    )


def test_a_run_gives_its_best_unless_another_is_asked_for(run: Path) -> None:
    assert ExportSource.find(run).checkpoint == run / "best" / "ckpt-20"
    assert ExportSource.find(run, which="last").checkpoint == run / "last" / "ckpt-30"
    assert ExportSource.find(run, which=30).checkpoint == run / "last" / "ckpt-30"
    with pytest.raises(CheckpointError, match="no checkpoint of step 25; those there are: 20, 30"):
        ExportSource.find(run, which=25)


def test_a_checkpoint_of_a_run_may_be_named_by_itself(run: Path) -> None:
    (run / "label_map.pbtxt").touch()
    found = ExportSource.find(run / "last" / "ckpt-30")
    assert (found.config, found.label_map) == (run / "pipeline.config", run / "label_map.pbtxt")


def test_files_that_are_given_take_the_place_of_those_beside(zoo: Path, run: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.config").touch()
    (tmp_path / "mine.pbtxt").touch()
    for model in (zoo, run):
        found = ExportSource.find(model, config=tmp_path / "mine.config", label_map=tmp_path / "mine.pbtxt")
        assert (found.config.name, found.label_map.name) == ("mine.config", "mine.pbtxt")


def test_without_a_state_file_the_only_checkpoint_of_a_folder_is_meant(zoo: Path) -> None:
    (zoo / "checkpoint" / "checkpoint").unlink()
    assert ExportSource.find(zoo).checkpoint.name == "ckpt-0"
    checkpoint(zoo / "checkpoint", "ckpt-1", is_named=False)
    with pytest.raises(CheckpointError, match="holds no whole checkpoint"):
        ExportSource.find(zoo)


def test_a_checkpoint_with_a_part_missing_is_none(zoo: Path) -> None:
    (zoo / "checkpoint" / "ckpt-0.data-00000-of-00001").unlink()
    with pytest.raises(CheckpointError, match=r"model: this is no training run, and holds no whole checkpoint"):
        ExportSource.find(zoo)


def test_what_is_missing_beside_a_checkpoint_is_named_with_its_flag(zoo: Path) -> None:
    (zoo / "label_map.pbtxt").unlink()
    with pytest.raises(ExportError, match=r"ckpt-0: there is no label_map\.pbtxt .* Pass .* as --label-map\."):
        ExportSource.find(zoo)
    with pytest.raises(ExportError, match=r"absent\.config: is no file\. Pass .* as --config\."):
        ExportSource.find(zoo, config="absent.config")


def test_a_step_of_what_is_no_run_is_refused(zoo: Path) -> None:
    with pytest.raises(UsageError, match="--which 300: only a run has checkpoints to choose from"):
        ExportSource.find(zoo, which=300)


def test_a_place_where_nothing_is_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="nowhere: does not exist"):
        ExportSource.find(tmp_path / "nowhere")

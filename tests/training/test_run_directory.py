from pathlib import Path

import pytest

from tfodkit.errors import CheckpointError, UsageError
from tfodkit.training.run_directory import RunDirectory, parse_which


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    (tmp_path / "pipeline.config").write_text("")
    (tmp_path / "best").mkdir()
    (tmp_path / "best" / "checkpoint").write_text(
        'model_checkpoint_path: "ckpt-20"\nall_model_checkpoint_paths: "ckpt-20"\n'
    )
    (tmp_path / "best" / "ckpt-20.index").touch()
    (tmp_path / "best" / "ckpt-20.data-00000-of-00001").touch()
    return RunDirectory.open(tmp_path)


def test_a_checkpoint_is_found_by_its_state_file(run: RunDirectory) -> None:
    assert run.checkpoint("best") == run.path / "best" / "ckpt-20"
    assert run.find_checkpoint("last") is None


def test_a_missing_checkpoint_says_what_to_do(run: RunDirectory) -> None:
    with pytest.raises(CheckpointError, match=r"last: the run has no last checkpoint\. Let tfodkit train reach"):
        run.checkpoint("last")
    (run.path / "best" / "ckpt-20.index").unlink()
    with pytest.raises(CheckpointError, match="the run has no best checkpoint"):
        run.checkpoint("best")


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        CheckpointError, match=r"this is no training run: pipeline\.config is missing\. Name the folder"
    ):
        RunDirectory.open(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{"])
def test_figures_that_are_damaged_are_named(run: RunDirectory, text: str) -> None:
    run.figures_path("best").write_text(text)
    with pytest.raises(CheckpointError, match=r"best/metrics\.json: holds no figures of a checkpoint .*Remove it"):
        run.has_moving_averages("best")


def test_which_is_one_of_two() -> None:
    assert parse_which("last") == "last"
    with pytest.raises(UsageError, match="must be one of best, last, averaged, but got 'newest'"):
        parse_which("newest")

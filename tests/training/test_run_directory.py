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


def keep(folder: Path, *steps: int) -> None:
    """Checkpoints of these steps, as a manager that keeps several leaves them."""
    folder.mkdir(exist_ok=True)
    names = [f"ckpt-{step}" for step in steps]
    for name in names:
        (folder / f"{name}.index").touch()
        (folder / f"{name}.data-00000-of-00001").touch()
    lines = [f'model_checkpoint_path: "{names[-1]}"', *(f'all_model_checkpoint_paths: "{name}"' for name in names)]
    (folder / "checkpoint").write_text("\n".join(lines))


def test_a_step_is_found_where_several_are_kept_or_in_the_best(run: RunDirectory) -> None:
    keep(run.path / "last", 30, 40)
    assert run.checkpoint(30) == run.path / "last" / "ckpt-30"
    assert run.checkpoint(20) == run.path / "best" / "ckpt-20"
    keep(run.path / "last", 20, 30)
    assert run.checkpoint(20) == run.path / "best" / "ckpt-20", "its figures lie beside it"


def test_an_average_of_checkpoints_is_of_no_step(run: RunDirectory) -> None:
    keep(run.path / "last", 40)
    for path in (run.path / "best").glob("ckpt-20.*"):
        path.rename(path.with_name(path.name.replace("ckpt-20", "swa-40")))
    (run.path / "best" / "checkpoint").write_text(
        'model_checkpoint_path: "swa-40"\nall_model_checkpoint_paths: "swa-40"\n'
    )
    run.figures_path("best").write_text('{"checkpoint": "swa-40", "step": 40, "weights": "averaged checkpoints"}')
    assert run.checkpoint(40) == run.path / "last" / "ckpt-40"
    assert run.has_moving_averages(40) is None


def test_a_step_that_is_not_kept_is_told_with_those_that_are(run: RunDirectory) -> None:
    keep(run.path / "last", 30, 40)
    (run.path / "last" / "ckpt-30.index").unlink()
    with pytest.raises(
        CheckpointError, match=r"no checkpoint of step 25; those there are: 20, 40\. tfodkit train --keep"
    ):
        run.checkpoint(25)


def test_the_weights_of_a_step_are_those_that_evaluated_best_where_it_is_the_best(run: RunDirectory) -> None:
    figures = '{"checkpoint": "ckpt-20", "step": 20, "weights": "moving averages"}'
    run.figures_path("best").write_text(figures)
    assert run.has_moving_averages(20) is True
    assert run.has_moving_averages(40) is None


@pytest.mark.parametrize(("text", "which"), [("last", "last"), ("300", 300), ("step 300", 300)])
def test_which_is_a_name_or_a_step(text: str, which: str | int) -> None:
    assert parse_which(text) == which


@pytest.mark.parametrize("text", ["newest", "-3", "step", "3.5", ""])
def test_which_is_nothing_else(text: str) -> None:
    with pytest.raises(UsageError, match=f"must be one of best, last, averaged or a step, but got {text!r}"):
        parse_which(text)

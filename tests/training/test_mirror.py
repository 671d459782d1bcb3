from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from training_builders import save

from tfodkit.errors import UsageError
from tfodkit.training import checkpoint_folder
from tfodkit.training.mirror import Mirror, bring_back
from tfodkit.training.run_directory import RunDirectory


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    run = RunDirectory(tmp_path / "run")
    save(run.folder("last"), 3, 6)
    save(run.folder("best"), 3)
    run.figures_path("best").write_text("{}")
    run.config_path.write_text("config")
    run.metrics_path.write_text("step\n")
    (run.path / "train").mkdir()
    (run.path / "train" / "events.out").touch()
    return run


def test_a_mirror_holds_best_last_and_the_small_files(run: RunDirectory, tmp_path: Path) -> None:
    told: list[str] = []
    mirror = Mirror(run, tmp_path / "drive" / "run", told.append)
    mirror.update()
    copy = RunDirectory(tmp_path / "drive" / "run")
    assert sorted(path.name for path in copy.path.iterdir()) == ["best", "last", "metrics.csv", "pipeline.config"]
    assert (copy.checkpoint("last").name, copy.checkpoint("best").name) == ("ckpt-6", "ckpt-3")
    run.metrics_path.write_text("step\n1\n")
    mirror.update()
    assert copy.metrics_path.read_text() == "step\n1\n"
    assert told == []


@pytest.mark.parametrize("place", ["drive/runs/own", "drive"], ids=["a folder of the disk", "the disk itself"])
def test_nothing_is_made_where_the_disk_of_the_mirror_was(run: RunDirectory, tmp_path: Path, place: str) -> None:
    told: list[str] = []
    disk = tmp_path / "drive"
    mirror = Mirror(run, tmp_path / place, told.append)
    mirror.update()
    disk.rename(tmp_path / "unplugged")
    disk.mkdir()
    run.metrics_path.write_text("step\n1\n")
    mirror.update()
    (line,) = told
    assert re.fullmatch(r"warning: the mirror .*drive.* is gone; nothing is copied there until its disk is back", line)
    assert list(disk.iterdir()) == []
    disk.rmdir()
    (tmp_path / "unplugged").rename(disk)
    mirror.update()
    assert len(told) == 1
    assert [path.read_text() for path in disk.rglob("metrics.csv")] == ["step\n1\n"]


def test_a_mirror_that_somebody_removed_is_made_again(run: RunDirectory, tmp_path: Path) -> None:
    told: list[str] = []
    mirror = Mirror(run, tmp_path / "drive" / "run", told.append)
    mirror.update()
    shutil.rmtree(tmp_path / "drive" / "run")
    mirror.update()
    assert RunDirectory(tmp_path / "drive" / "run").checkpoint("last").name == "ckpt-6"
    assert told == []


def test_a_run_that_is_gone_comes_back_from_its_mirror(run: RunDirectory, tmp_path: Path) -> None:
    Mirror(run, tmp_path / "drive", print).update()
    again = RunDirectory(tmp_path / "again")
    assert bring_back(again, tmp_path / "drive")
    assert again.checkpoint("last").name == "ckpt-6"
    assert again.figures_path("best").read_text() == "{}"
    assert not bring_back(again, tmp_path / "drive")  # it is there
    assert not bring_back(RunDirectory(tmp_path / "other"), tmp_path / "nothing")
    assert not (tmp_path / "other").exists()


def test_a_copy_without_its_config_is_no_run_to_bring_back(
    run: RunDirectory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.log_path.write_text("the last of the files")
    copy_file = checkpoint_folder.copy_file

    def copy_but_the_log(source: Path, target: Path) -> None:
        if source == run.log_path:
            raise OSError("gone")
        copy_file(source, target)

    monkeypatch.setattr(checkpoint_folder, "copy_file", copy_but_the_log)
    Mirror(run, tmp_path / "drive", lambda _: None).update()
    assert (tmp_path / "drive" / "metrics.csv").is_file()
    assert not bring_back(RunDirectory(tmp_path / "again"), tmp_path / "drive")


def test_a_mirror_that_can_not_be_written_is_told_of_and_does_no_harm(run: RunDirectory, tmp_path: Path) -> None:
    (tmp_path / "drive").write_text("a file")
    told: list[str] = []
    Mirror(run, tmp_path / "drive", told.append).update()
    assert len(told) == 1
    assert told[0].startswith(
        f"warning: the mirror {tmp_path / 'drive'} could not be written, and is as it was before: "
    )


def test_no_mirror_is_none(run: RunDirectory) -> None:
    Mirror(run, None, print).update()


@pytest.mark.parametrize("where", [".", "last", ".."])
def test_a_mirror_lies_apart_from_its_run(run: RunDirectory, where: str) -> None:
    mirror = run.path / where
    message = f"--mirror {mirror}: must lie apart from the run {run.path}. Name a folder on another disk."
    with pytest.raises(UsageError, match=f"^{re.escape(message)}$"):
        bring_back(run, mirror)

from __future__ import annotations

from pathlib import Path

import pytest
from training_builders import save

from tfodkit.errors import CheckpointError
from tfodkit.training import checkpoint_folder
from tfodkit.training.checkpoint_folder import (
    copy_newest,
    files_of,
    is_whole,
    kept,
    newest,
    remove_half_written,
    step_of,
)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_newest_and_all_that_are_kept_are_found(tmp_path: Path) -> None:
    last = save(tmp_path / "last", 3, 30)
    assert newest(last) == last / "ckpt-30"
    assert kept(last) == [last / "ckpt-3", last / "ckpt-30"]
    assert [path.name for path in files_of(last / "ckpt-3")] == ["ckpt-3.data-00000-of-00001", "ckpt-3.index"]
    assert step_of(last / "swa-3") == 3
    assert newest(tmp_path / "absent") is None
    assert kept(tmp_path / "absent") == files_of(tmp_path / "absent" / "ckpt-1") == []


def test_a_state_file_that_names_nothing_is_refused(tmp_path: Path) -> None:
    (save(tmp_path / "last", 3) / "checkpoint").write_text("")
    with pytest.raises(
        CheckpointError, match=r"checkpoint: names no checkpoint\. Remove the folder .*last and go on\."
    ):
        newest(tmp_path / "last")


def test_a_checkpoint_that_lacks_a_file_is_not_whole(tmp_path: Path) -> None:
    for spoiled in ("ckpt-3.index", "ckpt-3.data-00000-of-00001"):
        last = save(tmp_path / "last", 3)
        assert is_whole(last / "ckpt-3")
        (last / spoiled).unlink()
        assert not is_whole(last / "ckpt-3")


def test_a_copy_holds_the_newest_alone(tmp_path: Path) -> None:
    source, target = save(tmp_path / "last", 3, 6), tmp_path / "mirror" / "last"
    copy_newest(source, target)
    assert names(target) == ["checkpoint", "ckpt-6.data-00000-of-00001", "ckpt-6.index"]
    assert (target / "ckpt-6.index").read_text() == "index 6"
    save(source, 3, 6, 9)
    copy_newest(source, target)
    assert newest(target) == target / "ckpt-9"
    assert kept(target) == [target / "ckpt-9"]
    assert names(target) == ["checkpoint", "ckpt-9.data-00000-of-00001", "ckpt-9.index"]
    copy_newest(tmp_path / "absent", target)
    assert newest(target) == target / "ckpt-9"


def test_a_copy_that_is_cut_off_anywhere_leaves_a_whole_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = save(tmp_path / "last", 3), tmp_path / "mirror"
    copy_newest(source, target)
    save(source, 6)
    whole = checkpoint_folder.copy_file
    monkeypatch.setattr(checkpoint_folder.os, "link", fail)  # another disk
    for cut_off in range(3):
        left = iter([whole] * cut_off)

        def copy(path: Path, to: Path) -> None:
            next(left, fail)(path, to)  # noqa: B023 - called in this round

        monkeypatch.setattr(checkpoint_folder, "copy_file", copy)
        if cut_off < 2:
            with pytest.raises(OSError, match="gone"):
                copy_newest(source, target)
            assert newest(target) == target / "ckpt-3"
            assert is_whole(target / "ckpt-3")
        else:
            copy_newest(source, target)
    assert newest(target) == target / "ckpt-6"


def fail(_path: Path, _to: Path) -> None:
    raise OSError("gone")


def test_what_was_half_written_is_removed_and_nothing_else(tmp_path: Path) -> None:
    best = save(tmp_path / "best", 3)
    (best / "ckpt-6_temp").mkdir()
    (best / "ckpt-6_temp" / "part-00000-of-00001.index").touch()
    left = ["ckpt-6.data-00000-of-00001", ".ckpt-6.index.abc.part", "checkpoint.tmp1234", ".metrics.json.x.part"]
    for name in [*left, "metrics.json", "notes.txt"]:
        (best / name).touch()
    remove_half_written(best)
    assert names(best) == ["checkpoint", "ckpt-3.data-00000-of-00001", "ckpt-3.index", "metrics.json", "notes.txt"]
    remove_half_written(tmp_path / "absent")

"""What the system does in one step, and what is done where it can't."""

import errno
import os
from pathlib import Path

import pytest

from tfodkit import atomic


def test_two_folders_change_places(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"of_{name}").touch()
    assert atomic.exchange(tmp_path / "a", tmp_path / "b")
    assert [child.name for child in (tmp_path / "a").iterdir()] == ["of_b"]
    assert [child.name for child in (tmp_path / "b").iterdir()] == ["of_a"]


def test_what_can_not_be_exchanged_raises(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(FileNotFoundError, match=r"No such file or directory: .*a' -> .*b'"):
        atomic.exchange(tmp_path / "a", tmp_path / "b")


@pytest.mark.parametrize("name", ["ENOSYS", "EINVAL", "EOPNOTSUPP"])
def test_a_file_system_without_the_step_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def refuse(*arguments: object) -> int:
        atomic.ctypes.set_errno(getattr(errno, name))
        return -1

    monkeypatch.setattr(atomic, "_system_call", lambda _: refuse)
    assert not atomic.exchange(tmp_path / "a", tmp_path / "b")
    monkeypatch.setattr(atomic, "_system_call", lambda _: None)
    assert not atomic.exchange(tmp_path / "a", tmp_path / "b")


def test_the_disk_may_begin_where_the_system_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "a").open("wb") as file:
        file.write(b"x" * 100_000)
        atomic.begin_sync(file.fileno())
        monkeypatch.setattr(atomic, "_system_call", lambda _: None)
        atomic.begin_sync(file.fileno())
    assert (tmp_path / "a").stat().st_size == 100_000


def test_a_claim_is_for_one(tmp_path: Path) -> None:
    folder = tmp_path / "claimed"
    with atomic.claimed(folder), pytest.raises(BlockingIOError), atomic.claimed(folder):
        pass
    assert not folder.exists()


def test_a_claim_leaves_what_is_in_its_folder(tmp_path: Path) -> None:
    with atomic.claimed(tmp_path):
        (tmp_path / "left").touch()
    assert [child.name for child in tmp_path.iterdir()] == ["left"]


def test_a_lock_on_a_file_that_is_gone_is_no_claim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = atomic._lock
    removed: list[Path] = []

    def lock_what_another_just_removed(descriptor: int) -> None:
        if not removed:
            (tmp_path / "claimed" / atomic.LOCK).unlink()
            (tmp_path / "claimed").rmdir()
            removed.append(tmp_path / "claimed")
        lock(descriptor)

    monkeypatch.setattr(atomic, "_lock", lock_what_another_just_removed)
    with atomic.claimed(tmp_path / "claimed"), pytest.raises(BlockingIOError), atomic.claimed(tmp_path / "claimed"):
        pass
    assert removed


def test_a_file_system_without_locks_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(atomic.fcntl, "flock", refuse)
    with atomic.claimed(tmp_path / "claimed"):
        assert (tmp_path / "claimed").is_dir()
    monkeypatch.setattr(atomic.fcntl, "flock", lambda *_: (_ for _ in ()).throw(PermissionError(1, "no")))
    with pytest.raises(PermissionError), atomic.claimed(tmp_path / "claimed"):
        pass

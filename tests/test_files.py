import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tfodkit import atomic, files
from tfodkit.errors import DataError, OutputError


def test_a_file_is_whole_or_absent(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.txt"
    with pytest.raises(TypeError), files.open_atomic(path) as file:
        file.writelines([b"half", None])  # type: ignore[list-item]
    assert list(path.parent.iterdir()) == []
    files.write_text(path, "whole\n")
    assert path.read_bytes() == b"whole\n"
    assert path.stat().st_mode & 0o777 == 0o666 & ~files._umask()


def test_a_file_that_fails_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    files.write_text(path, "old")
    with pytest.raises(RuntimeError), files.open_atomic(path):
        raise RuntimeError
    assert path.read_text() == "old"


def test_text_is_added_at_the_end_and_a_full_disk_told(tmp_path: Path) -> None:
    path = tmp_path / "metrics.csv"
    files.append_text(path, "step\n")
    files.append_text(path, "žemľa\n")
    assert path.read_bytes() == "step\nžemľa\n".encode()
    with pytest.raises(OutputError, match=r"/dev/full: can't be written: No space left on device"):
        files.append_text(Path("/dev/full"), "x")


def test_a_folder_is_whole_or_absent(tmp_path: Path) -> None:
    path = tmp_path / "records"
    with pytest.raises(FileNotFoundError), files.folder_atomic(path) as folder:
        (folder / "a" / "b").touch()
    assert list(tmp_path.iterdir()) == []
    with files.folder_atomic(path) as folder:
        (folder / "a").touch()
    assert [child.name for child in tmp_path.iterdir()] == ["records"]
    assert [child.name for child in path.iterdir()] == ["a"]


def test_a_folder_with_content_is_replaced_only_by_force_and_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "records"
    path.mkdir()
    (path / "old").touch()
    with (
        pytest.raises(
            OutputError, match=r"the folder exists and is not empty\. Choose another place or pass --force\."
        ),
        files.folder_atomic(path),
    ):
        pass
    with files.folder_atomic(path, force=True) as folder:
        (folder / "new").touch()
    assert [child.name for child in path.iterdir()] == ["new"]
    assert [child.name for child in tmp_path.iterdir()] == ["records"]


def test_a_file_in_the_way_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "records"
    path.touch()
    with pytest.raises(OutputError, match="a file is in the way"):
        files.refuse_existing(path, force=True)


def test_force_replaces_only_a_folder_with_the_marker(tmp_path: Path) -> None:
    path = tmp_path / "photos"
    files.write_text(path / "beach.jpg", "mine")
    for force in (False, True):
        with (
            pytest.raises(OutputError, match=r"the folder holds 'beach\.jpg' but no export\.json: .* Choose another"),
            files.folder_atomic(path, force=force, marker="export.json"),
        ):
            pass
    files.write_text(path / "export.json", "{}")
    with files.folder_atomic(path, force=True, marker="export.json"):
        pass
    assert list(path.iterdir()) == []


@pytest.fixture(params=["exchange", "two renames"])
def swap(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to replace a folder: in one step, and that of file systems which have no such step."""
    if request.param == "two renames":
        monkeypatch.setattr(atomic, "exchange", lambda *_: False)
    return str(request.param)


def fail_to_place(monkeypatch: pytest.MonkeyPatch, place: Path, error: BaseException) -> None:
    """Let the new folder not take its place."""
    rename = Path.rename

    def refuse(*names: Path) -> bool:
        raise error

    def rename_but_the_new(self: Path, target: Path) -> Path:
        return rename(self, target) if (self.name, target) != ("new", place) else refuse()

    if atomic.exchange.__name__ == "exchange":
        monkeypatch.setattr(atomic, "exchange", refuse)
    monkeypatch.setattr(Path, "rename", rename_but_the_new)


def test_a_replacement_that_fails_leaves_the_old_folder(
    tmp_path: Path, swap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "records"
    files.write_text(path / "old", "old")
    fail_to_place(monkeypatch, path, PermissionError(13, "Permission denied"))
    with pytest.raises(OutputError, match="can't be written: Permission denied"), files.folder_atomic(path, force=True):
        pass
    assert [child.name for child in tmp_path.iterdir()] == ["records"]
    assert (path / "old").read_text() == "old"


WRITE = """
import sys
from pathlib import Path
from tfodkit import atomic, files
path, swap, stop = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
if swap == "two renames":
    atomic.exchange = lambda first, second: False
def kill(frame, event, argument):
    import os, signal
    if event == "call" and frame.f_code.co_name == stop and (stop != "rename" or frame.f_locals["self"].name == "new"):
        os.kill(os.getpid(), signal.SIGKILL)
sys.setprofile(kill)
with files.folder_atomic(path, force=True) as folder:
    (folder / "new").touch()
"""


@pytest.mark.parametrize(
    "stop", ["refuse_existing", "_recover", "_sync", "_put_in_place", "rename", "_clear", "rmtree"]
)
def test_a_kill_leaves_a_whole_folder_and_the_next_call_goes_on(tmp_path: Path, swap: str, stop: str) -> None:
    path = tmp_path / "records"
    files.write_text(path / "old", "old")
    command = [sys.executable, "-c", WRITE, str(path), swap, stop]
    done = subprocess.run(command, check=False, cwd=Path(__file__).parents[1])
    assert done.returncode == (0 if (swap, stop) == ("exchange", "rename") else -signal.SIGKILL)
    if (swap, stop) != ("two renames", "rename"):
        assert [child.name for child in path.iterdir()] in (["old"], ["new"])
    with pytest.raises(ValueError, match="on purpose"), files.folder_atomic(path, force=True):
        raise ValueError("on purpose")
    assert [child.name for child in path.iterdir()] in (["old"], ["new"])
    with files.folder_atomic(path, force=True) as folder:
        (folder / "next").touch()
    assert [child.name for child in tmp_path.iterdir()] == ["records"]
    assert [child.name for child in path.iterdir()] == ["next"]


def test_what_came_there_meanwhile_is_not_replaced_without_force(tmp_path: Path) -> None:
    path = tmp_path / "records"
    with pytest.raises(OutputError, match="can't be written: Directory not empty"), files.folder_atomic(path):
        files.write_text(path / "somebody", "else's")
    assert [child.name for child in tmp_path.iterdir()] == ["records"]
    assert (path / "somebody").exists()


def test_one_process_writes_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "records"
    with (
        files.folder_atomic(path) as folder,
        pytest.raises(
            OutputError, match=r"records: another process is writing this folder\. Wait until it has ended, or choose"
        ),
        files.folder_atomic(path),
    ):
        pass
    assert not folder.exists()
    assert [child.name for child in tmp_path.iterdir()] == ["records"]


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for write in (files.folder_atomic, files.open_atomic):
        with pytest.raises(OutputError, match=r"file/a/b: can't be written: "), write(tmp_path / "file" / "a" / "b"):
            pass
    assert [child.name for child in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_said_and_nothing_is_left(tmp_path: Path, number: int) -> None:
    full = OSError(number, os.strerror(number))
    for write in (files.folder_atomic, files.open_atomic):
        with pytest.raises(OutputError, match=f"can't be written: {os.strerror(number)}"), write(tmp_path / "a"):
            raise full
    assert list(tmp_path.iterdir()) == []


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "disk" / "records")
    for force in (False, True):
        with files.folder_atomic(tmp_path / "link", force=force) as folder:
            (folder / "a").touch()
        assert (tmp_path / "link").is_symlink()
        assert [child.name for child in (tmp_path / "disk" / "records").iterdir()] == ["a"]


def test_listing_is_sorted_and_takes_suffixes_in_any_case(tmp_path: Path) -> None:
    for name in ("b.JPG", "a.jpg", "c.txt"):
        (tmp_path / name).touch()
    (tmp_path / "d.jpg").mkdir()
    assert [path.name for path in files.list_files(tmp_path, frozenset({".jpg"}))] == ["a.jpg", "b.JPG"]


def test_sha256_is_that_of_the_content(tmp_path: Path) -> None:
    files.write_bytes(tmp_path / "a", b"abc")
    # the standard's own test vector (FIPS 180-2, appendix B.1)
    assert files.sha256(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_links_that_lead_nowhere_are_passed_over(tmp_path):
    (tmp_path / "a.xml").write_text("")
    for name, target in {
        "itself.xml": "itself.xml",
        "one.xml": "other.xml",
        "other.xml": "one.xml",
        "b.xml": "gone",
    }.items():
        (tmp_path / name).symlink_to(target)
    assert files.walk_files(tmp_path, frozenset({".xml"})) == ([tmp_path / "a.xml"], [])


def test_a_folder_that_cannot_be_listed_is_named(tmp_path, monkeypatch):
    def refuse(folder):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(files.os, "scandir", refuse)
    with pytest.raises(DataError, match=r"the folder can't be read: Permission denied\. Check its permissions\."):
        files.walk_files(tmp_path, frozenset({".xml"}))

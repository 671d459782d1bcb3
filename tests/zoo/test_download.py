from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

import pytest
from zoo_builders import ARCHIVE, NAME, Zoo, answer_with, change, drop_after, send

from tfodkit.errors import FetchError, OutputError
from tfodkit.zoo import download as module
from tfodkit.zoo.connection import AbsentError
from tfodkit.zoo.download import download
from tfodkit.zoo.watch import Watch


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "archive"


def fetch(zoo: Zoo, archive: Path) -> list[str]:
    """What was said; the file is whole when this returns."""
    said: list[str] = []
    download(f"{zoo.url}/{ARCHIVE}", archive, NAME, Watch(say=said.append))
    assert archive.read_bytes() == zoo.files[ARCHIVE]
    return said


def test_a_file_comes_whole_and_its_bytes_are_shown(zoo: Zoo, archive: Path) -> None:
    shown: list[tuple[str, int, int | None]] = []
    download(f"{zoo.url}/{ARCHIVE}", archive, NAME, Watch(show=lambda *values: shown.append(values)))
    total = len(zoo.files[ARCHIVE])
    assert (shown[0], shown[-1]) == ((NAME, 0, total), (NAME, total, total))
    assert [done for _, done, _ in shown] == sorted({done for _, done, _ in shown})
    assert zoo.ranges == [None]


def test_dropped_connections_are_resumed_where_they_ended(zoo: Zoo, archive: Path) -> None:
    zoo.faults = [drop_after(100_000), drop_after(50_000), drop_after(50_000)]
    said = fetch(zoo, archive)
    assert zoo.ranges == [None, "bytes=100000-", "bytes=150000-", "bytes=200000-"]
    assert said[0] == f"{NAME}: the server ended the connection early after 0.1 MB; again in 0 s"
    assert len(said) == 3


def test_progress_renews_the_patience(zoo: Zoo, archive: Path) -> None:
    zoo.faults = [drop_after(10_000)] * 20
    assert len(fetch(zoo, archive)) == 20


def test_without_progress_it_is_given_up_and_the_part_is_kept(zoo: Zoo, archive: Path) -> None:
    zoo.faults = [drop_after(100_000), *[answer_with(503)] * 5]
    url = f"{zoo.url}/{ARCHIVE}"
    with pytest.raises(FetchError) as caught:
        fetch(zoo, archive)
    assert str(caught.value) == (
        f"{url}: the download failed 5 times in a row: the server answered 503 Service Unavailable. "
        "Run the command again; 0.1 MB are kept, and it goes on from there. Or pass --mirror URL or DIR."
    )
    assert archive.stat().st_size == 100_000
    fetch(zoo, archive)
    assert zoo.ranges[-1] == "bytes=100000-"


def test_a_busy_server_is_asked_again(zoo: Zoo, archive: Path) -> None:
    zoo.faults = [answer_with(503), answer_with(503)]
    said = fetch(zoo, archive)
    assert said == [f"{NAME}: the server answered 503 Service Unavailable after 0.0 kB; again in 0 s"] * 2


def test_the_pauses_grow(zoo: Zoo, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(module, "SECONDS_TO_NEXT", (1.0, 2.0, 4.0, 8.0))
    monkeypatch.setattr(time, "sleep", slept.append)
    zoo.faults = [answer_with(500), answer_with(429), drop_after(1000), answer_with(502), answer_with(504)]
    fetch(zoo, archive)
    assert slept == [1, 2, 1, 1, 2]


def test_an_absent_file_is_not_asked_for_again(zoo: Zoo, archive: Path) -> None:
    with pytest.raises(AbsentError):
        download(f"{zoo.url}/absent.tar.gz", archive, NAME, Watch())
    assert len(zoo.seen) == 1


def test_a_refusal_is_final(zoo: Zoo, archive: Path) -> None:
    zoo.faults = [answer_with(403)]
    with pytest.raises(FetchError, match=r"the server answered 403 Forbidden\. Check the address, or pass another"):
        fetch(zoo, archive)
    assert len(zoo.seen) == 1


@pytest.mark.parametrize(
    "after",
    [
        {"honours_ranges": False},
        {"etag": None, "modified": None},
        {"etag": '"second"'},
        {"etag": '"second"', "honours_if_range": False},
    ],
    ids=str,
)
def test_what_can_not_be_gone_on_with_begins_again(zoo: Zoo, archive: Path, after: dict[str, object]) -> None:
    zoo.faults = [drop_after(100_000), change(**after)]
    fetch(zoo, archive)
    assert json.loads(archive.with_name("archive.json").read_text())["validator"] == zoo.etag


def test_a_changed_file_is_never_joined_with_the_old_part(zoo: Zoo, archive: Path) -> None:
    zoo.faults = [drop_after(100_000)]
    second = bytes(reversed(zoo.files[ARCHIVE]))
    zoo.faults.append(change(files={ARCHIVE: second}, etag='"second"'))
    fetch(zoo, archive)
    assert archive.read_bytes() == second


def test_a_weak_tag_does_not_tell_but_the_date_does(zoo: Zoo, archive: Path) -> None:
    zoo.etag, zoo.modified = 'W/"weak"', "Sat, 11 Jul 2020 00:00:00 GMT"
    zoo.faults = [drop_after(100_000), *[answer_with(503)] * 5]
    with pytest.raises(FetchError, match="5 times in a row"):
        fetch(zoo, archive)
    assert json.loads(archive.with_name("archive.json").read_text())["validator"] == zoo.modified
    zoo.etag = None
    fetch(zoo, archive)
    assert zoo.ranges[-1] == "bytes=100000-"


def test_without_anything_that_tells_it_begins_again(zoo: Zoo, archive: Path) -> None:
    zoo.etag = None
    zoo.faults = [drop_after(100_000)]
    fetch(zoo, archive)
    assert zoo.ranges == [None, None]


def test_a_file_that_has_shrunk_begins_again(zoo: Zoo, archive: Path) -> None:
    zoo.faults = [drop_after(100_000), change(files={ARCHIVE: b"short"}, honours_if_range=False)]
    said = fetch(zoo, archive)
    assert "the server no longer has the file of which a part is here" in said[1]
    assert zoo.ranges == [None, "bytes=100000-", None]


def test_a_whole_file_without_a_length_is_recognised(zoo: Zoo, archive: Path) -> None:
    zoo.tells_length = False
    fetch(zoo, archive)
    fetch(zoo, archive)
    assert zoo.ranges == [None, f"bytes={len(zoo.files[ARCHIVE])}-"]


def test_a_whole_file_is_not_asked_for_again(zoo: Zoo, archive: Path) -> None:
    fetch(zoo, archive)
    fetch(zoo, archive)
    assert len(zoo.seen) == 1


def test_the_part_of_another_address_is_thrown_away(zoo: Zoo, archive: Path) -> None:
    fetch(zoo, archive)
    zoo.files["other.tar.gz"] = b"another archive"
    download(f"{zoo.url}/other.tar.gz", archive, NAME, Watch())
    assert archive.read_bytes() == b"another archive"


def test_notes_that_can_not_be_read_begin_again(zoo: Zoo, archive: Path) -> None:
    archive.write_bytes(b"somebody's")
    for notes in ("{", "[]", '{"url": 1}'):
        archive.with_name("archive.json").write_text(notes)
        fetch(zoo, archive)


def test_a_silent_server_is_left(zoo: Zoo, archive: Path) -> None:
    def stall(zoo: Zoo, handler: object, content: bytes) -> bool:
        send(zoo, handler, content, pause=1.0)  # type: ignore[arg-type]
        return True

    zoo.faults = [stall]
    assert fetch(zoo, archive)[0].startswith(f"{NAME}: no answer for 0.5 s after 0.2 MB; again")
    assert zoo.ranges[1].startswith("bytes=1")  # type: ignore[union-attr]


def test_nobody_listens(archive: Path) -> None:
    with pytest.raises(FetchError, match=r"failed 5 times in a row: Connection refused\. Run the command again\. Or"):
        download("http://127.0.0.1:9/a.tar.gz", archive, NAME, Watch())


def test_redirects_over_http_are_followed(zoo: Zoo, archive: Path) -> None:
    zoo.files["there.tar.gz"] = zoo.files[ARCHIVE]
    zoo.faults = [answer_with(302, Location="/there.tar.gz")]
    fetch(zoo, archive)
    assert [path for path, _ in zoo.seen] == [ARCHIVE, "there.tar.gz"]


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://127.0.0.1/a", "gopher://127.0.0.1/", "data:,a"])
def test_redirects_to_anything_else_are_refused(zoo: Zoo, archive: Path, to: str) -> None:
    zoo.faults = [answer_with(302, Location=to)]
    with pytest.raises(FetchError, match=to):
        fetch(zoo, archive)
    assert not archive.exists()


def test_a_redirect_in_a_circle_ends(zoo: Zoo, archive: Path) -> None:
    zoo.faults = [answer_with(302, Location=f"/{ARCHIVE}")] * 20
    with pytest.raises(FetchError, match="infinite loop"):
        fetch(zoo, archive)


def test_a_disk_without_room_is_told_before_anything_comes(
    zoo: Zoo, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1, 1, 200_000))
    with pytest.raises(OutputError, match=r"0\.6 MB are needed, but the disk has 0\.2 MB free\. Make room, or choose"):
        fetch(zoo, archive)
    assert archive.read_bytes() == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_disk_that_fills_up_is_told(zoo: Zoo, archive: Path) -> None:
    archive.symlink_to("/dev/full")
    with pytest.raises(OutputError, match=r"archive: can't be written: No space left on device\. Make room, or choose"):
        fetch(zoo, archive)


@pytest.mark.parametrize("tells_length", [True, False])
def test_a_file_larger_than_any_model_is_refused(
    zoo: Zoo, archive: Path, monkeypatch: pytest.MonkeyPatch, tells_length: bool
) -> None:
    zoo.tells_length = tells_length
    monkeypatch.setattr(module, "LARGEST_ARCHIVE", 1000)
    with pytest.raises(FetchError, match=r"the file is larger than 1\.0 kB, which no model of the zoo is"):
        fetch(zoo, archive)


KILLED = """
import os, signal, sys
from pathlib import Path
from tfodkit.zoo.download import download
from tfodkit.zoo.watch import Watch
def kill(name, done, total):
    if done > 100_000:
        os.kill(os.getpid(), signal.SIGKILL)
download(sys.argv[1], Path(sys.argv[2]), "model", Watch(show=kill))
"""


def test_a_kill_leaves_what_can_be_gone_on_with(zoo: Zoo, archive: Path) -> None:
    line = [sys.executable, "-c", KILLED, f"{zoo.url}/{ARCHIVE}", str(archive)]
    done = subprocess.run(line, check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == -signal.SIGKILL
    have = archive.stat().st_size
    fetch(zoo, archive)
    assert zoo.ranges == [None, f"bytes={have}-" if have else None]

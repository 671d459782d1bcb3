from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from collections import namedtuple
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from zoo_builders import ARCHIVE, KEPT, MODEL, NAME, PUBLISHED, WEIGHTS, Zoo, digest, drop_after, make_archive, send

from tfodkit import atomic, files
from tfodkit.errors import FetchError, OutputError, UsageError
from tfodkit.zoo import CachedModel, Watch, checkpoint_for, fetch, fetch_model, remove_model, sources
from tfodkit.zoo.cache import cached_model, fetch_folder
from tfodkit.zoo.catalogue import zoo_model, zoo_models


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_model_is_fetched_once_and_lies_there_whole(zoo: Zoo, cache: Path) -> None:
    model = fetch_model(NAME, mirror=zoo.url, cache=cache)
    content = zoo.files[ARCHIVE]
    assert model == CachedModel(
        name=NAME,
        folder=cache / NAME,
        checkpoint=cache / NAME / "checkpoint" / "ckpt-0",
        source=f"{zoo.url}/{ARCHIVE}",
        archive_bytes=len(content),
        sha256=digest(content),
        files={path: len(MODEL[path]) for path in KEPT},
    )
    assert names(cache) == {*(f"{NAME}/{path}" for path in KEPT), f"{NAME}/fetched.json", f"{NAME}.sha256"}
    assert (cache / f"{NAME}.sha256").read_text() == f"{digest(content)}  {ARCHIVE}\n"
    requests = len(zoo.seen)
    assert fetch_model(PUBLISHED, mirror=zoo.url, cache=cache) == model
    assert len(zoo.seen) == requests


def test_the_zoo_itself_is_asked_at_its_published_address(
    zoo: Zoo, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "ZOO", zoo.url)
    monkeypatch.setattr(fetch, "ZOO", zoo.url)
    zoo.files = {f"20200711/{ARCHIVE}": zoo.files[ARCHIVE]}
    fetch_model(NAME, cache=cache)
    assert [path for path, _ in zoo.seen] == [f"20200711/{ARCHIVE}"]


def test_every_address_is_the_one_that_is_published() -> None:
    addresses = {model.name: sources.addresses(model, None) for model in zoo_models()}
    assert len(addresses) == 41
    below = "https://download.tensorflow.org/models/object_detection/tf2"
    mobile = "centernet_mobilenetv2fpn_512x512_coco17_od"
    assert addresses[mobile] == [f"{below}/20210210/{mobile}.tar.gz"]
    hourglass = "centernet_hg104_512x512_coco17"
    assert addresses[hourglass] == [f"{below}/20200713/{hourglass}_tpu-8.tar.gz"]


@pytest.mark.parametrize("path", [f"20200711/{ARCHIVE}", ARCHIVE, f"{NAME}.tar.gz"])
def test_a_mirror_may_keep_folders_and_names_as_it_likes(zoo: Zoo, cache: Path, path: str, tmp_path: Path) -> None:
    zoo.files = {path: zoo.files[ARCHIVE]}
    assert fetch_model(NAME, mirror=f"{zoo.url}/", cache=cache).source == f"{zoo.url}/{path}"
    folder = tmp_path / "mirror"
    (folder / path).parent.mkdir(parents=True)
    (folder / path).write_bytes(zoo.files[path])
    assert fetch_model(NAME, mirror=folder, cache=tmp_path / "other").source == str(folder / path)


@pytest.mark.parametrize("name", [NAME, PUBLISHED])
def test_an_unpacked_model_in_a_folder_is_copied(cache: Path, tmp_path: Path, name: str) -> None:
    for path, content in {**MODEL, "checkpoint/._ckpt-9.index": b"note"}.items():
        (tmp_path / "mirror" / name / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "mirror" / name / path).write_bytes(content)
    model = fetch_model(NAME, mirror=tmp_path / "mirror", cache=cache)
    assert (set(model.files), model.sha256, model.archive_bytes) == (KEPT, None, None)
    assert model.checkpoint.with_suffix(".data-00000-of-00001").read_bytes() == WEIGHTS


def test_the_environment_names_mirror_and_cache(zoo: Zoo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TFODKIT_ZOO_MIRROR", zoo.url)
    assert fetch_model(NAME).folder == tmp_path / "xdg" / "tfodkit" / "zoo" / NAME
    monkeypatch.setenv("TFODKIT_CACHE", str(tmp_path / "own"))
    assert fetch_model(NAME).folder == tmp_path / "own" / "zoo" / NAME


def test_the_newest_checkpoint_is_taken_whatever_its_number(zoo: Zoo, cache: Path) -> None:
    renamed = {path.replace("ckpt-0", "ckpt-301"): text for path, text in MODEL.items() if "ckpt-0" in path}
    gone = {path: None for path in MODEL if "ckpt-0" in path}
    zoo.files[ARCHIVE] = make_archive(**gone, **renamed)
    assert fetch_model(NAME, mirror=zoo.url, cache=cache).checkpoint.name == "ckpt-301"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"checkpoint/ckpt-0.index": None}, "checkpoint: there is no checkpoint of TensorFlow"),
        ({"checkpoint/ckpt-0.data-00000-of-00001": None}, "ckpt-0: the checkpoint has an .index file but no .data"),
        ({"checkpoint/ckpt-0.index": b""}, "ckpt-0.index: is no index of a checkpoint"),
        ({"checkpoint/ckpt-0.data-00000-of-00001": b""}, "ckpt-0.data-00000-of-00001: has 0 bytes, but the index"),
        ({"pipeline.config": b"model { sdd {} }"}, 'pipeline.config:1: .* no field named "sdd"'),
        ({"pipeline.config": b"\xff"}, "pipeline.config: is not UTF-8 text"),
    ],
)
def test_what_is_no_model_does_not_come_into_the_cache(
    zoo: Zoo, cache: Path, changes: dict[str, bytes | None], reason: str
) -> None:
    zoo.files[ARCHIVE] = make_archive(**changes)
    with pytest.raises(FetchError, match=f"{ARCHIVE}: what it holds is no model: {reason}"):
        fetch_model(NAME, mirror=zoo.url, cache=cache)
    assert names(cache) == set()


def test_a_config_with_a_field_that_was_given_up_since_is_read(zoo: Zoo, cache: Path) -> None:
    config = b'model { ssd { feature_extractor { type: "a" batch_norm_trainable: true } } }'
    zoo.files[ARCHIVE] = make_archive(**{"pipeline.config": config})
    assert (fetch_model(NAME, mirror=zoo.url, cache=cache).folder / "pipeline.config").read_bytes() == config


def test_a_shard_that_is_missing_is_told(zoo: Zoo, cache: Path) -> None:
    data = "checkpoint/ckpt-0.data-00000-of-0000"
    zoo.files[ARCHIVE] = make_archive(**{f"{data}1": None, f"{data}2": b"half"})
    with pytest.raises(FetchError, match=r"ckpt-0\.data-00000-of-00001: is not there"):
        fetch_model(NAME, mirror=zoo.url, cache=cache)


def test_an_archive_that_is_refused_is_not_gone_on_with(zoo: Zoo, cache: Path) -> None:
    good, zoo.files[ARCHIVE] = zoo.files[ARCHIVE], zoo.files[ARCHIVE][:-10]
    with pytest.raises(FetchError, match=f"{zoo.url}/{ARCHIVE}: the archive is damaged"):
        fetch_model(NAME, mirror=zoo.url, cache=cache)
    assert names(cache) == set()
    zoo.files[ARCHIVE] = good
    fetch_model(NAME, mirror=zoo.url, cache=cache)


@pytest.mark.parametrize("spelling", ["{}", "{}  " + ARCHIVE + "\n", "{} *a.tar.gz\n"])
def test_a_checksum_beside_the_archive_is_honoured(zoo: Zoo, cache: Path, tmp_path: Path, spelling: str) -> None:
    content = zoo.files[ARCHIVE]
    right, wrong = (spelling.format(hexadecimal).encode() for hexadecimal in (digest(content).upper(), 64 * "0"))
    for text, place in ((right, "a"), (wrong, "b")):
        zoo.files[f"{ARCHIVE}.sha256"] = text
        (tmp_path / place).mkdir()
        (tmp_path / place / ARCHIVE).write_bytes(content)
        (tmp_path / place / f"{ARCHIVE}.sha256").write_bytes(text)
    for mirror in (zoo.url, tmp_path / "b"):
        expected = f"the archive's SHA-256 is {digest(content)}, but the .sha256 beside it says {64 * '0'}"
        with pytest.raises(FetchError, match=expected):
            fetch_model(NAME, mirror=mirror, cache=cache)
    assert names(cache) == set()
    fetch_model(NAME, mirror=tmp_path / "a", cache=cache)
    zoo.files[f"{ARCHIVE}.sha256"] = right
    fetch_model(NAME, mirror=zoo.url, cache=tmp_path / "other")


@pytest.mark.parametrize(
    "text", [b"", b"<html>", b"abc  a.tar.gz\n", 10_000 * b"0"], ids=["empty", "a page", "short", "long"]
)
def test_a_checksum_that_is_none_is_told(zoo: Zoo, cache: Path, text: bytes) -> None:
    zoo.files[f"{ARCHIVE}.sha256"] = text
    with pytest.raises(FetchError, match=r"\.sha256: must begin with 64 hexadecimal digits, as sha256sum has them"):
        fetch_model(NAME, mirror=zoo.url, cache=cache)


def test_a_checksum_without_an_end_is_not_waited_for(zoo: Zoo, cache: Path) -> None:
    sent = []

    def never_end(_: Zoo, handler: BaseHTTPRequestHandler, __: bytes) -> bool:
        handler.send_response(200)
        handler.end_headers()
        with suppress(OSError):
            for _block in range(400):
                handler.wfile.write(bytes(100_000))
                sent.append(100_000)
        return True

    zoo.files[f"{ARCHIVE}.sha256"] = b""
    zoo.faults = [lambda *_: False, never_end]
    with pytest.raises(FetchError, match=r"\.sha256: must begin with 64 hexadecimal digits"):
        fetch_model(NAME, mirror=zoo.url, cache=cache)
    assert sum(sent) < 20_000_000


def test_an_archive_that_has_changed_since_the_first_fetch_is_refused(zoo: Zoo, cache: Path) -> None:
    first = digest(zoo.files[ARCHIVE])
    fetch_model(NAME, mirror=zoo.url, cache=cache)
    assert remove_model(NAME, cache) > sum(len(MODEL[path]) for path in KEPT)
    assert names(cache) == {f"{NAME}.sha256"}
    fetch_model(NAME, mirror=zoo.url, cache=cache)
    remove_model(NAME, cache)
    zoo.files[ARCHIVE] = make_archive(**{"checkpoint/more": b"more"})
    with pytest.raises(FetchError) as caught:
        fetch_model(NAME, mirror=zoo.url, cache=cache)
    note = cache / f"{NAME}.sha256"
    assert str(caught.value) == (
        f"{zoo.url}/{ARCHIVE}: the archive's SHA-256 is {digest(zoo.files[ARCHIVE])}, but {note} says of the first "
        f"fetch {first}. Fetch it from a place that you trust, with --mirror. Or remove {note}."
    )
    note.unlink()
    fetch_model(NAME, mirror=zoo.url, cache=cache)


@pytest.mark.parametrize("is_unpacked", [True, False])
def test_a_disk_without_room_for_what_is_kept_is_told(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_unpacked: bool
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1, 1, 200_000))
    for path, content in MODEL.items():
        files.write_bytes(tmp_path / NAME / path, content)
    if not is_unpacked:
        (tmp_path / ARCHIVE).write_bytes(make_archive())
    with pytest.raises(OutputError, match=r"0\.3 MB are needed, but the disk has 0\.2 MB free"):
        fetch_model(NAME, mirror=tmp_path, cache=cache)
    assert names(cache) == set()


@pytest.mark.parametrize("damage", ["shorter", "gone", "notes"])
def test_a_model_that_was_damaged_in_the_cache_is_fetched_again(zoo: Zoo, cache: Path, damage: str) -> None:
    model = fetch_model(NAME, mirror=zoo.url, cache=cache)
    data = model.checkpoint.with_suffix(".data-00000-of-00001")
    if damage == "shorter":
        data.write_bytes(b"half")
    elif damage == "gone":
        data.unlink()
    else:
        (model.folder / "fetched.json").write_text("[]")
    assert cached_model(NAME, cache) is None
    assert fetch_model(NAME, mirror=zoo.url, cache=cache) == model
    assert data.read_bytes() == WEIGHTS


def test_somebody_s_folder_in_the_cache_is_neither_replaced_nor_removed(zoo: Zoo, cache: Path) -> None:
    (cache / NAME).mkdir(parents=True)
    (cache / NAME / "mine").touch()
    with pytest.raises(OutputError, match=r"holds 'mine' but no fetched\.json: something else than this command wrote"):
        fetch_model(NAME, mirror=zoo.url, cache=cache)
    with pytest.raises(OutputError, match=r"holds no fetched\.json: something else than a fetch made the folder"):
        remove_model(NAME, cache)
    assert (cache / NAME / "mine").exists()


def test_a_download_that_broke_off_is_gone_on_with_and_can_be_removed(zoo: Zoo, cache: Path) -> None:
    assert remove_model(NAME, cache) == 0
    zoo.faults = [drop_after(50_000), *[drop_after(0)] * 5]
    with pytest.raises(FetchError, match="5 times in a row"):
        fetch_model(NAME, mirror=zoo.url, cache=cache)
    assert remove_model(NAME, cache) > 50_000
    assert names(cache) == set()
    zoo.faults = [drop_after(50_000), *[drop_after(0)] * 5]
    with pytest.raises(FetchError, match="5 times in a row"):
        fetch_model(NAME, mirror=zoo.url, cache=cache)
    fetch_model(NAME, mirror=zoo.url, cache=cache)
    assert zoo.ranges[-1] == "bytes=50000-"


def test_two_who_want_the_same_share_one_download(zoo: Zoo, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "SECONDS_BETWEEN_LOOKS", 0.01)
    waiting = threading.Event()
    zoo.faults = [_when(waiting)]
    said: list[str] = []

    def hear(line: str) -> None:
        said.append(line)
        if "waiting" in line:
            waiting.set()

    models: list[CachedModel] = []
    threads = [
        threading.Thread(
            target=lambda: models.append(fetch_model(NAME, mirror=zoo.url, cache=cache, watch=Watch(hear)))
        )
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert models[0] == models[1]
    assert zoo.ranges == [None]
    assert said.count(f"{NAME}: another process is fetching it; waiting") == 1


def _when(event: threading.Event) -> Callable[..., bool]:
    def fault(zoo: Zoo, handler: object, content: bytes) -> bool:
        event.wait(10)
        send(zoo, handler, content)  # type: ignore[arg-type]
        return True

    return fault


def test_what_another_process_is_fetching_can_not_be_removed(cache: Path) -> None:
    cache.mkdir()
    with (
        atomic.claimed(fetch_folder(NAME, cache)),
        pytest.raises(OutputError, match=r"another process is fetching it\. Wait until it has ended"),
    ):
        remove_model(NAME, cache)


def test_a_mirror_without_the_model_says_what_was_looked_for(zoo: Zoo, cache: Path, tmp_path: Path) -> None:
    zoo.files = {}
    with pytest.raises(FetchError) as caught:
        fetch_model(NAME, mirror=zoo.url, cache=cache)
    assert str(caught.value) == (
        f"{zoo.url}/{NAME}.tar.gz: there is no such file, nor {zoo.url}/{ARCHIVE}, nor {zoo.url}/20200711/{ARCHIVE}. "
        "Check the address, or pass another --mirror."
    )
    with pytest.raises(FetchError) as caught:
        fetch_model(NAME, mirror=tmp_path, cache=cache)
    assert str(caught.value) == (
        f"{tmp_path}: it holds neither {ARCHIVE} nor {NAME}.tar.gz, nor a folder of that name with pipeline.config. "
        "Copy the archive there, or pass another --mirror."
    )


@pytest.mark.parametrize(
    "mirror",
    ["file:///etc", "ftp://host/a", "https://", "https://host:port/", "https://a b/", "https://höst/", "http://[a/"],
)
def test_a_mirror_that_is_no_address_is_a_usage_error(cache: Path, mirror: str) -> None:
    with pytest.raises(UsageError, match="must be an address such as https://host/path, or a folder"):
        fetch_model(NAME, mirror=mirror, cache=cache)
    assert not cache.exists()


def test_a_mirror_that_is_no_folder_is_a_usage_error(cache: Path) -> None:
    with pytest.raises(UsageError, match=r"--mirror absent: there is no such folder\. Pass a folder, or an address"):
        fetch_model(NAME, mirror="absent", cache=cache)


def test_unknown_names_are_told_with_the_nearest(cache: Path) -> None:
    with pytest.raises(UsageError, match=r"efficientdet_d0: the zoo has no such model\. Did you mean efficientdet_d0_"):
        fetch_model("efficientdet_d0", cache=cache)
    with pytest.raises(UsageError, match=r"the zoo has no checkpoint for this template\. Leave --checkpoint out, or"):
        fetch_model("example", cache=cache)
    assert zoo_model(PUBLISHED).name == NAME


def test_the_checkpoint_of_a_template(zoo: Zoo, cache: Path, tmp_path: Path) -> None:
    assert checkpoint_for(NAME, mirror=zoo.url, cache=cache) == cache / NAME / "checkpoint" / "ckpt-0"
    own = tmp_path / "own.config"
    own.write_text("model {}")
    with pytest.raises(UsageError, match="--checkpoint zoo: the template is a file of your own"):
        checkpoint_for(str(own), mirror=zoo.url, cache=cache)


def test_a_cache_that_can_not_be_written_is_told(zoo: Zoo, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"file/cache: can't be written: Not a directory\. Choose another place"):
        fetch_model(NAME, mirror=zoo.url, cache=tmp_path / "file" / "cache")


def test_a_file_that_can_not_be_read_is_told(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, _: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(shutil, "copyfile", refuse)
    (tmp_path / NAME).mkdir()
    (tmp_path / NAME / "pipeline.config").touch()
    with pytest.raises(FetchError, match=r"pipeline\.config: can't be read: Permission denied\. Check its permissions"):
        fetch_model(NAME, mirror=tmp_path, cache=cache)
    assert names(cache) == set()


KILLED = """
import os, signal, sys
from pathlib import Path
def kill(frame, event, argument):
    if event == "call" and frame.f_code.co_name == sys.argv[3]:
        os.kill(os.getpid(), signal.SIGKILL)
from tfodkit.zoo import fetch_model
import tfodkit.zoo.unpacking
sys.setprofile(kill)
fetch_model(sys.argv[4], mirror=sys.argv[1], cache=Path(sys.argv[2]))
"""


@pytest.mark.parametrize(
    "stop", ["_begin_again", "read1", "sha256", "unpack", "note_fetched", "_put_in_place", "forget"]
)
def test_a_kill_at_any_time_leaves_nothing_that_is_not_whole(zoo: Zoo, cache: Path, stop: str) -> None:
    line = [sys.executable, "-c", KILLED, zoo.url, str(cache), stop, NAME]
    done = subprocess.run(line, check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == -9
    assert (cache / NAME).exists() == (stop == "forget")
    model = fetch_model(NAME, mirror=zoo.url, cache=cache)
    assert replace(model, files={}).files == {}
    assert json.loads((cache / NAME / "fetched.json").read_text())["files"] == {path: len(MODEL[path]) for path in KEPT}
    left = {path.name for path in cache.iterdir()} - {NAME, f"{NAME}.sha256"}
    assert left <= ({f".{NAME}.fetch"} if stop == "forget" else set())

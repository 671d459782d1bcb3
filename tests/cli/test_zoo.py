from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import label_folder
from typer.main import get_command
from typer.testing import CliRunner
from zoo_builders import ARCHIVE, KEPT, NAME, PUBLISHED, Zoo, digest, drop_after, make_archive, serving

from tfodkit.cli.main import app, main
from tfodkit.config.pipeline import parse_pipeline
from tfodkit.records import make_records
from tfodkit.zoo import download, fetch_model
from tfodkit.zoo.cache import fetch_folder


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache that every command here looks into."""
    monkeypatch.setenv("TFODKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("TFODKIT_ZOO_MIRROR", raising=False)
    return tmp_path / "cache" / "zoo"


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    """A folder with one model's archive."""
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / ARCHIVE).write_bytes(make_archive())
    return tmp_path / "mirror"


@pytest.fixture
def server(mirror: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Zoo]:
    """The same behind a server."""
    for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    with serving(Zoo({ARCHIVE: (mirror / ARCHIVE).read_bytes()})) as zoo:
        yield zoo


def run(*arguments: object) -> str:
    done = CliRunner().invoke(app, ["zoo", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def row(name: str) -> list[str]:
    return next(line for line in run("list").splitlines() if line.startswith(f"{name} ")).split()


def test_the_table_tells_what_is_here(cache: Path, mirror: Path) -> None:
    title, *lines = run("list").splitlines()
    assert title.split() == ["template", "model", "COCO", "mAP", "ms", "archive", "here"]
    rows = lines[: lines.index("")]
    assert len(rows) == 41
    assert all(len(line) < 140 for line in rows)
    assert lines[-2] == f"The archive's size is known once it was fetched. The cache is {cache}."
    assert row(NAME) == [NAME, "EfficientDet", "D0", "512x512", "33.6", "39", "--", "no"]
    run("fetch", NAME, "--mirror", mirror)
    assert row(NAME)[-3:] == ["0.3", "MB", "yes"]
    run("remove", NAME)
    fetch_folder(NAME, cache).mkdir()
    (fetch_folder(NAME, cache) / "archive").write_bytes(bytes(200_000))
    assert row(NAME)[-5:] == ["--", "0.2", "MB", "of", "it"]


def test_the_table_as_json(cache: Path, mirror: Path) -> None:
    run("fetch", NAME, "--mirror", mirror)
    listed = {model["name"]: model for model in json.loads(run("list", "--json"))}
    size = (mirror / ARCHIVE).stat().st_size
    assert listed[NAME] == {
        "name": NAME,
        "title": "EfficientDet D0 512x512",
        "published_name": PUBLISHED,
        "address": f"https://download.tensorflow.org/models/object_detection/tf2/20200711/{ARCHIVE}",
        "coco_map": 33.6,
        "speed_ms": 39,
        "archive_bytes": size,
        "cached": str(cache / NAME),
        "bytes_here": None,
    }
    other = listed["efficientdet_d1_640x640_coco17"]
    assert (other["cached"], other["archive_bytes"]) == (None, None)


def test_fetching_says_where_the_checkpoint_is(cache: Path, mirror: Path) -> None:
    expected = [
        f"{NAME}: fetched from {mirror / ARCHIVE}",
        f"  checkpoint  {cache / NAME / 'checkpoint' / 'ckpt-0'}",
        f"  sha256      {digest((mirror / ARCHIVE).read_bytes())}",
    ]
    assert run("fetch", PUBLISHED, "--mirror", mirror).splitlines() == expected
    assert run("fetch", NAME).splitlines() == [f"{NAME}: in the cache", *expected[1:]]


def test_fetching_as_json_prints_one_list(mirror: Path, tmp_path: Path) -> None:
    (mirror / "efficientdet_d1_640x640_coco17.tar.gz").write_bytes(make_archive())
    names = [NAME, "efficientdet_d1_640x640_coco17"]
    fetched = json.loads(run("fetch", *names, "--mirror", mirror, "--cache", tmp_path / "own", "--json"))
    assert [model["name"] for model in fetched] == names
    assert [set(model["files"]) for model in fetched] == [KEPT, KEPT]
    assert fetched[0]["folder"] == str(tmp_path / "own" / NAME)


def test_the_environment_s_mirror_is_taken(mirror: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TFODKIT_ZOO_MIRROR", str(mirror))
    assert "fetched from" in run("fetch", NAME)


def test_a_download_is_told_to_standard_error(server: Zoo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "SECONDS_TO_NEXT", (0.0,))
    server.faults = [drop_after(100_000)]
    done = CliRunner().invoke(app, ["zoo", "fetch", NAME, "--mirror", server.url], catch_exceptions=False)
    assert done.stderr.splitlines() == [
        f"{NAME}: asking {server.url}/{NAME}.tar.gz",
        f"{NAME}: asking {server.url}/{ARCHIVE}",
        f"{NAME}: downloading 0.3 MB",
        f"{NAME}: the server ended the connection early after 0.1 MB; again in 0 s",
        f"{NAME}: downloading 0.3 MB, going on from 0.1 MB",
        f"{NAME}: checking and unpacking",
    ]
    assert done.stdout.startswith(f"{NAME}: fetched from {server.url}/{ARCHIVE}\n")


def test_removing_says_how_much_is_free(cache: Path, mirror: Path) -> None:
    run("fetch", NAME, "--mirror", mirror)
    assert run("remove", PUBLISHED) == f"{NAME}: removed, 0.3 MB\n"
    assert run("remove", NAME) == f"{NAME}: was not here\n"
    assert [path.name for path in cache.iterdir()] == [f"{NAME}.sha256"]


def make_config(records: Path, *arguments: object) -> tuple[int, str]:
    """The exit code, and the error or the text of the config."""
    output = records.parent / "pipeline.config"
    line = ["make-config", "--template", NAME, "--records", records, "-o", output, *arguments]
    done = CliRunner().invoke(app, [str(argument) for argument in line])
    return done.exit_code, str(done.exception) if done.exception else output.read_text()


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """A records folder of one class."""
    pictures = label_folder(tmp_path / "pictures", {f"{number}.jpg": ["mug"] for number in range(5)})
    make_records(pictures, tmp_path / "records")
    return tmp_path / "records"


def test_a_config_starts_from_the_template_s_own_checkpoint(cache: Path, mirror: Path, records: Path) -> None:
    code, text = make_config(records, "--checkpoint", "zoo", "--mirror", mirror)
    assert code == 0, text
    train_config = parse_pipeline(text, "pipeline.config").train_config
    assert train_config.fine_tune_checkpoint == str(cache / NAME / "checkpoint" / "ckpt-0")
    assert train_config.fine_tune_checkpoint_type == "detection"
    version = train_config.DESCRIPTOR.fields_by_name["fine_tune_checkpoint_version"].enum_type
    assert version.values_by_number[train_config.fine_tune_checkpoint_version].name == "V2"
    assert make_config(records, "--checkpoint", "zoo", "--force") == (0, text)


def test_a_folder_named_zoo_is_told_apart_by_a_dot(
    cache: Path, mirror: Path, records: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("fetch", NAME, "--mirror", mirror)
    (cache / NAME).rename(records.parent / "zoo")
    monkeypatch.chdir(records.parent)
    code, text = make_config(records, "--checkpoint", "./zoo")
    assert (code, str(records.parent / "zoo" / "checkpoint" / "ckpt-0") in text) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--mirror", "there"], "--mirror there: has no effect without --checkpoint zoo. Add that, or leave this out."),
        (["--checkpoint", "zoo", "--mirror", "absent"], "--mirror absent: there is no such folder. "),
        (["--checkpoint", "zoo", "--template", "example"], "example: the zoo has no checkpoint for this template. "),
        (["--checkpoint", "zoo", "--steps", "0"], "--steps 0: "),
    ],
)
def test_a_config_without_its_checkpoint_is_not_written(records: Path, arguments: list[str], message: str) -> None:
    code, text = make_config(records, *arguments)
    assert code == 1, "main() gives it the code 2"
    assert text.startswith(message)
    assert not (records.parent / "pipeline.config").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["fetch", "efficientdet_d0"], 2, "error: efficientdet_d0: the zoo has no such model. Did you mean"),
        (["fetch", NAME, "example"], 2, "error: example: the zoo has no checkpoint for this template."),
        (["fetch", NAME, "--mirror", "absent"], 2, "error: --mirror absent: there is no such folder."),
        (["fetch", NAME, "--mirror", "ftp://host/"], 2, "error: --mirror ftp://host/: must be an address such as"),
        (["fetch", NAME, "--mirror", "."], 1, f"error: .: it holds neither {ARCHIVE} nor {NAME}.tar.gz"),
        (["fetch"], 2, "Missing argument"),
        (["remove", "example"], 2, "error: example: the zoo has no checkpoint for this template."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    arguments: list[str],
    code: int,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["tfodkit", "zoo", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    printed = capsys.readouterr()
    assert (end.value.code, printed.out) == (code, "")
    assert message in printed.err
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("command", ["list", "fetch", "remove"])
def test_help_shows_an_example_and_what_is_written_of_every_flag(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    shown = " ".join(run(command, "--help").replace("│", "").split())
    assert f"Example: tfodkit zoo {command}" in shown
    for parameter in get_command(app).commands["zoo"].commands[command].params:
        assert " ".join(parameter.help.split()) in shown


def test_the_library_has_it_under_a_name_of_its_own() -> None:
    import tfodkit

    assert tfodkit.fetch_model is fetch_model

"""The command: a table to standard output, what was left out to standard error, errors in four parts."""

import json

import pytest
import typer
from builders import cafe_folder, draw_image, label_folder
from typer.testing import CliRunner

from tfodkit.cli import make_records
from tfodkit.errors import DataError, OutputError, UsageError

app = typer.Typer()
app.command()(make_records.command)


def run(*arguments):
    done = CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "100"})
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def test_the_table_counts_images_and_boxes_per_class_and_split(tmp_path):
    done = run(cafe_folder(tmp_path / "in"), "-o", tmp_path / "out", "--split", "0.7")
    rows = [line.split() for line in done.stdout.splitlines() if line.strip() and "─" not in line]
    assert rows[:-1] == [
        ["id", "class", "train", "images", "train", "boxes", "val", "images", "val", "boxes"],
        ["1", "bagel", "3", "3", "1", "1"],
        ["2", "mug", "7", "7", "3", "3"],
        ["no", "objects", "1", "0", "1", "0"],
        ["all", "8", "10", "4", "4"],
    ]
    expected = f"wrote 3 training and 3 validation records, label map and manifest to {tmp_path / 'out'}"
    assert done.stdout.splitlines()[-1] == expected
    assert done.stderr == ""


def test_json_is_the_manifest(tmp_path):
    done = run(cafe_folder(tmp_path / "in"), "-o", tmp_path / "out", "--json", "--seed", "4")
    assert done.stdout == (tmp_path / "out" / "manifest.json").read_text()
    assert json.loads(done.stdout)["options"]["seed"] == 4


def test_what_was_left_out_is_counted_and_named_on_standard_error(tmp_path):
    images = label_folder(tmp_path / "in", {"a.jpg": ["mug"], "b.jpg": ["mug"], "c.jpg": ["[red]cup"]})
    for number in range(25):
        draw_image(images / f"x{number:02}.png")
    done = run(images, "-o", tmp_path / "out")
    first, second = done.stderr.splitlines()
    assert first.startswith("warning: left out 25 images without an annotation: x00.png, x01.png, ")
    assert first.endswith(", x19.png, … and 5 more")
    assert second == 'warning: no val image shows "[red]cup": label more images of it'
    assert "[red]cup" in done.stdout


def test_a_second_run_says_that_nothing_changed(tmp_path):
    images = cafe_folder(tmp_path / "in")
    wrote, unchanged = (run(images, "-o", tmp_path / "out").stdout.splitlines()[-1] for _ in range(2))
    records = wrote.removeprefix("wrote ").removesuffix(f" to {tmp_path / 'out'}")
    assert unchanged == f"unchanged: {tmp_path / 'out'} holds these {records}"


def test_errors_are_the_librarys(tmp_path):
    images = cafe_folder(tmp_path / "in")
    with pytest.raises(DataError, match="the folder does not exist"):
        run(tmp_path / "nix", "-o", tmp_path / "out")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="empty: "):
        run(images, "-o", tmp_path / "out", "--annotations", tmp_path / "empty")
    with pytest.raises(UsageError, match="is not between 0 and 1"):
        run(images, "-o", tmp_path / "out", "--split", "80")
    run(images, "-o", tmp_path / "out")
    with pytest.raises(OutputError, match="--force"):
        run(images, "-o", tmp_path / "out", "--seed", "1")
    assert run(images, "-o", tmp_path / "out", "--seed", "1", "--force").exit_code == 0
    assert run(images).exit_code == 2


def test_progress_in_a_pipe_is_a_line_from_time_to_time(capsys, monkeypatch):
    clock = iter([0.0, 1.0, 10.0, 12.0, 20.0])
    monkeypatch.setattr(make_records.time, "monotonic", lambda: next(clock))
    lines = make_records._Lines()
    for done in (5, 50, 60, 100):
        lines(done, 150)
    assert capsys.readouterr().err.splitlines() == [
        "50 of 150 images, 5 a second, 20 s to go",
        "100 of 150 images, 5 a second, 10 s to go",
    ]

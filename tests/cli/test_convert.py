"""The command: one line to standard output, what was lost or left out to standard error, or JSON."""

import json

import pytest
import typer
from builders import draw_image, label_image, make_object
from typer.testing import CliRunner

from tfodkit.cli import convert
from tfodkit.errors import DataError, UsageError

app = typer.Typer()
app.command()(convert.command)


def run(*arguments):
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


@pytest.fixture
def data(tmp_path):
    label_image(tmp_path / "in/a.jpg", make_object(difficult=True), make_object("bun", 0, 0, 9, 9, difficult=True))
    for number in range(6):
        draw_image(tmp_path / f"in/{number}.jpg")
    return tmp_path / "in"


def test_a_line_says_what_was_written_and_warnings_what_was_not(data, tmp_path):
    done = run(data, "--to", "yolo", "-o", tmp_path / "out")
    assert done.stdout == f"wrote VOC XML as YOLO text to {tmp_path / 'out'} (images: 1, objects: 2)\n"
    assert done.stderr.splitlines() == [
        "warning: 6 images without an annotation (left out): 0.jpg, 1.jpg, 2.jpg, 3.jpg, 4.jpg, … and 1 more [TFK114]",
        "warning: 2 difficult flags lost: YOLO text can't hold them",
    ]
    assert not (tmp_path / "out/images").exists()


def test_json_is_what_the_folder_holds(data, tmp_path):
    done = run(data, "--to", "voc", "-o", tmp_path / "out", "--json", "--copy-images")
    assert done.stdout == (tmp_path / "out/conversion.json").read_text()
    assert json.loads(done.stdout)["objects"] == 2
    assert (tmp_path / "out/a.jpg").is_file()


def test_flags_reach_the_library(data, tmp_path):
    (tmp_path / "boxes.csv").write_text("filename,class,xmin,ymin,xmax,ymax\na.jpg,mug,4,6,20,99\na.jpg,m,9,9,5,9\n")
    passed = [data, "--to", "csv", "-o", tmp_path / "out", "--annotations", tmp_path / "boxes.csv", "--format", "csv"]
    with pytest.raises(DataError, match="--clip-boxes"):
        run(*passed)
    done = run(*passed, "--clip-boxes", "--drop-invalid")
    assert (tmp_path / "out/annotations.csv").read_text().splitlines()[1:] == ["a.jpg,40,30,mug,4,6,20,30"]
    assert 'warning: 1 inverted boxes (left out): boxes.csv:3 object 2 "m" [TFK301]' in done.stderr.splitlines()
    assert run(*passed, "--clip-boxes", "--drop-invalid", "--force").exit_code == 0


def test_errors_are_the_librarys(data, tmp_path):
    with pytest.raises(UsageError, match="Pass voc, coco, yolo or csv"):
        run(data, "--to", "labelme", "-o", tmp_path / "out")
    with pytest.raises(UsageError, match="there is no such policy"):
        run(data, "--to", "csv", "-o", tmp_path / "out", "--exif", "turn")
    assert run(data).exit_code == 2

"""The commands: results to standard output, what is wrong as an error with exit code 1."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from builders import label_folder
from PIL import Image
from record_builders import make_features, picture, write_label_map, write_record
from typer.testing import CliRunner

from tfodkit.cli.main import app
from tfodkit.errors import RecordError
from tfodkit.records import make_records

HEAVY = {"tensorflow", "object_detection", "matplotlib", "pandas", "numpy", "cv2"}


@pytest.fixture
def records(tmp_path: Path) -> Path:
    make_records(label_folder(tmp_path / "in", {f"{n}.jpg": ["mug", "咖啡"] for n in range(5)}), tmp_path / "records")
    return tmp_path / "records"


def run(*arguments: object):
    done = CliRunner().invoke(app, ["records", *map(str, arguments)], env={"COLUMNS": "100"})
    if done.exception and not isinstance(done.exception, SystemExit | RecordError):
        raise done.exception
    return done


def test_info_tells_the_figures(records):
    lines = run("info", records).stdout.splitlines()
    assert lines[0].startswith("5 images, 10 boxes in 2 files of ")
    assert "train  mug         4      4           17      17       17      4       0      0" in lines
    assert "train  咖啡        4      4           17      17       17      4       0      0" in lines
    assert lines[-1] == ("made by tfodkit 0.1.0 from voc annotations: split 0.8,0.2, seed 0, grouped by class")
    values = json.loads(run("info", records, "--json").stdout)
    assert [file["images"] for file in values["files"]] == [4, 1]


def test_verify_prints_the_proof(records):
    done = run("verify", records, "--decode")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert [line.split() for line in lines[1:4]] == [
        ["mug", "5", "5", "0"],
        ["咖啡", "5", "5", "0"],
        ["all", "10", "10", "0"],
    ]
    assert lines[-1].endswith("5 records, 5 images decoded: all sound")


def test_verify_ends_with_every_problem(records):
    path = next(records.glob("train*"))
    path.write_bytes(path.read_bytes()[:-1])
    done = run("verify", records, "--json")
    assert isinstance(done.exception, RecordError)
    assert done.exception.exit_code == 1
    values = json.loads(done.stdout)
    assert (values["sound"], values["proof"]["holds"]) == (False, False)
    assert len(values["problems"]) == len(done.exception.problems) == 5
    assert "the file ends within its" in str(done.exception)
    assert run("verify", records).stdout.splitlines()[-1].endswith("4 records: 5 problems")


def test_records_of_others_are_verified_with_flags(tmp_path):
    path = write_record(tmp_path / "a.tfrecord", [make_features("mug", "cup", "mug")])
    label_map = write_label_map(tmp_path / "maps" / "map.pbtxt", "mug", "cup")
    assert run("verify", path, "--label-map", label_map).exit_code == 0
    for flags in (["--max-boxes", 2], ["--num-classes", 1]):
        (problem,) = run("verify", path, "--label-map", label_map, *flags).exception.problems
        assert "is lost to the trainer" in problem.what


def test_show_draws_a_sheet(records, tmp_path):
    done = run("show", records, "-o", tmp_path / "sheet.jpg", "--per-class", 2, "--class", "mug")
    assert done.stdout == f"2 images of 1 class: {tmp_path / 'sheet.jpg'}\n"
    with Image.open(tmp_path / "sheet.jpg") as image:
        assert image.format == "JPEG"
    broken = write_record(tmp_path / "b.record", [make_features("mug", encoded=[picture()[:60]])])
    done = run("show", broken, "-o", tmp_path / "sheet.jpg", "--force")
    assert done.stderr == "warning: tray.jpg can't be decoded; tfodkit records verify --decode says why\n"


def test_extract_says_what_it_wrote(records, tmp_path):
    done = run("extract", records, "-o", tmp_path / "out")
    assert done.stdout == f"extracted 5 images with 10 objects to {tmp_path / 'out'}\n"
    assert json.loads(run("extract", records, "-o", tmp_path / "out", "--force", "--json").stdout)["images"] == 5
    features = make_features("mug", "cup", filename=["../a.jpg"], is_crowd=[1, 0], boxes=[(0, 0, 1, 1), (1, 1, 1, 1)])
    path = write_record(tmp_path / "b.record", [features] * 7)
    lines = run("extract", path, "-o", tmp_path / "other").stdout.splitlines()
    assert lines[:3] == [
        f"extracted 7 images with 7 objects to {tmp_path / 'other'}",
        "not in VOC XML: 7 crowd flags",
        "7 images can't have the name in the record:",
    ]
    assert lines[3] == "  '../a.jpg' is now b-000001.jpg"
    assert lines[8:10] == ["  … and 2 more; --json names them", "left out 7 objects:"]
    assert lines[10] == (
        f'  {path}: record 1 (../a.jpg): object 2 "cup": its box has no area: 40, 30, 40, 30. Label the image again.'
    )


def test_looking_into_records_loads_nothing_heavy(records):
    program = (
        "import sys\n"
        "from tfodkit.cli.main import main\n"
        "for command in ('info', 'verify'):\n"
        f"    sys.argv = ['tfodkit', 'records', command, {str(records)!r}]\n"
        "    try:\n        main()\n    except SystemExit as end:\n        assert not end.code\n"
        f"print('HEAVY', sorted({HEAVY!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("HEAVY []")


@pytest.mark.parametrize("command", ["info", "verify", "show", "extract"])
def test_help_has_an_example(command):
    assert f"Example: tfodkit records {command}" in " ".join(run(command, "--help").stdout.replace("│", "").split())


@pytest.mark.parametrize("command", ["info", "verify"])
def test_where_there_are_no_records(command, tmp_path):
    done = run(command, tmp_path / "absent")
    assert "absent: there are no records here" in str(done.exception)
    assert done.stdout == ""

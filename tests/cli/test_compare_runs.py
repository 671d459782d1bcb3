"""``tfodkit compare-runs``: what a person reads, what a program reads, the picture, and what is refused at once."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from evaluation_sets import make_found, make_set, make_truth
from PIL import Image
from report_builders import make_analysis, make_subject
from typer.testing import CliRunner, Result

from tfodkit.cli.main import app
from tfodkit.errors import CheckpointError, OutputError, UsageError
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation_report.data_files import write_data_files

# matplotlib's parser imports it when it is loaded.
pytestmark = pytest.mark.filterwarnings("ignore:module 'sre_constants' is deprecated:DeprecationWarning")

BOX, BESIDE = (10.0, 10.0, 110.0, 110.0), (150.0, 10.0, 250.0, 110.0)
IMAGES = 12


def found_in(*places: int) -> EvaluationSet:
    """An object of each of two classes an image; of the first class all are found, of the second some."""
    truth = make_truth(*(row for image in range(IMAGES) for row in ((image, 1, BOX), (image, 2, BESIDE))))
    rows = [(image, 1, BOX, 0.9) for image in range(IMAGES)] + [(image, 2, BESIDE, 0.8) for image in places]
    return make_set(truth, make_found(*sorted(rows)), images=IMAGES, classes=3)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports ``few`` and ``many``, and ``almost``, which finds one object more than ``few``."""
    home = tmp_path_factory.mktemp("reports")
    for name, places in (("few", range(3)), ("many", range(11)), ("almost", range(4))):
        (home / name).mkdir()
        write_data_files(make_analysis(found_in(*places)), make_subject(model=f"model {name}"), home / name)
    return home


@pytest.fixture(autouse=True)
def there(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["compare-runs", *map(str, arguments), "--samples", "200"])


def test_a_person_reads_what_is_better_and_where() -> None:
    text = run("few", "many").stdout
    lines = text.splitlines()
    assert lines[0] == "12 images with 24 objects, drawn anew 200 times"
    assert "A: model few" in lines
    assert "B held against A: many against few" in lines
    # 3 of 12 reach 26 of COCO's 101 recalls, 11 of 12 reach 92; the other class is perfect in both
    (verdict,) = (line for line in lines if line.startswith("B is better by") and "mAP (" in line)
    assert verdict.startswith("B is better by 0.327 mAP (95%: +0.")
    assert [line.split()[:6] for line in lines if line.startswith("class ")][1:] == [
        ["class", "2", "12", "0.257", "0.911", "+0.653"],
        ["class", "1", "12", "1.000", "1.000", "0.000"],
        ["class", "3", "0", "–", "–", "–"],
    ]
    assert "8 pictures changed: 0 objects only A finds, 8 objects only B" in lines
    assert lines[-1] == "Intervals are of 95%, by the bootstrap over images; * marks those that leave out 0."


def test_what_may_be_chance_is_called_no_difference() -> None:
    lines = run("few", "almost", "--level", "0.9").stdout.splitlines()
    (verdict,) = (line for line in lines if "mAP that" in line)
    assert verdict.startswith("no difference in mAP that these 12 images could show: +0.")
    assert "(90%: 0.000 to +0." in verdict


def test_the_worse_is_called_worse() -> None:
    assert "B is worse by 0.327 mAP (95%: -0." in run("many", "few").stdout


def test_three_runs_are_lettered() -> None:
    lines = run("few", "many", "almost").stdout.splitlines()
    assert "C held against A: almost against few" in lines
    assert any(line.startswith("no difference in mAP that") for line in lines)


def test_runs_that_find_the_same_are_said_to() -> None:
    assert (
        "no picture changed: the same objects are found, and as many detections are false" in run("few", "few").stdout
    )


def test_a_program_reads_everything() -> None:
    values = json.loads(run("few", "many", "--json", "--threshold", "0.85").stdout)
    assert [each["name"] for each in values["runs"]] == ["few", "many"]
    (difference,) = values["differences"]
    assert difference["map"]["is_shown"] is True
    assert difference["map"]["difference"]["low"] > 0
    assert [each["name"] for each in difference["per_class"]] == ["class 1", "class 2", "class 3"]
    assert difference["per_class"][2]["ap"]["is_shown"] is False
    assert (difference["threshold_b"], difference["pictures"]) == (0.85, [])
    assert values["configs"] == [None]


def test_the_csv_has_a_row_a_figure(tmp_path: Path) -> None:
    run("few", "many", "almost", "--csv", tmp_path / "figures.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "figures.csv").read_text(encoding="utf-8"))))
    assert [(row["b"], row["figure"], row["class"]) for row in rows[:5]] == [
        ("many", "mAP", ""),
        ("many", "mAP@.50", ""),
        ("many", "AP", "class 1"),
        ("many", "AP", "class 2"),
        ("many", "AP", "class 3"),
    ]
    assert len(rows) == 10
    assert float(rows[3]["difference"]) == pytest.approx(float(rows[3]["value_b"]) - float(rows[3]["value_a"]))
    assert (rows[3]["only_a"], rows[3]["only_b"], rows[3]["is_shown"]) == ("0", "8", "1")
    assert (rows[4]["difference"], rows[4]["is_shown"]) == ("", "0")


@pytest.mark.parametrize("others", [["many"], ["many", "almost", "few"]])
def test_the_picture(tmp_path: Path, others: list[str]) -> None:
    result = run("few", *others, "-o", tmp_path / "difference.png")
    assert result.exit_code == 0
    assert f"written: {tmp_path / 'difference.png'}" in result.stdout
    with Image.open(tmp_path / "difference.png") as picture:
        colours = picture.convert("RGB").getcolors(1 << 20)
    assert len(colours) > 20


def test_what_is_there_already_is_refused_before_the_work(tmp_path: Path) -> None:
    for flag, name in (("-o", "a.png"), ("--csv", "a.csv")):
        (tmp_path / name).write_text("mine")
        result = run("few", "nowhere", flag, tmp_path / name)
        assert isinstance(result.exception, OutputError)
        assert str(result.exception) == f"{tmp_path / name}: exists already. Choose another place or pass --force."
        assert run("few", "many", flag, tmp_path / name, "--force").exit_code == 0
        assert (tmp_path / name).read_bytes() != b"mine"


def test_what_can_not_be_meant_is_an_error(tmp_path: Path) -> None:
    assert isinstance(run("few").exception, UsageError)
    (tmp_path / "pipeline.config").write_text("")
    result = run("few", tmp_path)
    assert isinstance(result.exception, CheckpointError)
    assert str(result.exception).endswith(f"Run tfodkit eval {tmp_path} first.")


def test_no_tensorflow_is_loaded() -> None:
    script = (
        "import sys; from tfodkit.cli.main import app\n"
        "app(['compare-runs', 'few', 'many', '--samples', '5'], standalone_mode=False)\n"
        "loaded = {'tensorflow', 'object_detection', 'matplotlib', 'pandas'} & set(sys.modules)\n"
        "sys.exit(f'loaded: {loaded}' if loaded else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "120"},
    )
    assert done.returncode == 0, done.stderr

"""``tfodkit compare``: what a person reads, what a program reads, the picture, and what is refused before any work."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from builders import draw_image, label_image, make_image_annotation, make_object
from PIL import Image
from typer.testing import CliRunner

from tfodkit.annotations import write_voc_xml
from tfodkit.cli.main import app
from tfodkit.errors import DataError, OutputError, UsageError

# matplotlib's parser imports it when it is loaded.
pytestmark = pytest.mark.filterwarnings("ignore:module 'sre_constants' is deprecated:DeprecationWarning")


def run(*arguments: object):
    return CliRunner().invoke(app, ["compare", *map(str, arguments)])


def label(folder: Path, name: str, *objects) -> None:
    write_voc_xml(make_image_annotation(f"{name}.jpg", objects=objects), folder / f"{name}.xml")


@pytest.fixture
def sets(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    mug, pin = make_object("mug"), make_object("pin", 30, 0, 40, 10)
    label(Path("one"), "a", mug, pin)
    label(Path("two"), "a", mug, make_object("pin", 30, 0, 40, 8))
    label(Path("one"), "b", mug, make_object("mug", 30, 20, 39, 29))
    label(Path("two"), "b", make_object("cup"), make_object("mug", 30, 20, 39, 23))
    label(Path("two"), "c", mug)
    return Path("one"), Path("two")


def test_the_figures_in_words(sets):
    assert run(*sets).stdout.splitlines() == [
        "A: one",
        "B: two",
        "1 image only in B: c.jpg",
        "",
        "2 images, 3 boxes matched at an IoU of 0.5",
        "1 only in A, 1 only in B",
        "1 matched, but of another class",
        "F1 of boxes                     0.750",
        "F1 of boxes of the same class   0.500",
        "mean IoU of matched boxes       0.933",
        "Cohen's kappa of their classes  0.500",
        "",
        "class  in A  in B  agreed     F1",
        "cup       0     1       0  0.000",
        "mug       3     2       1  0.400",
        "pin       1     1       1  1.000",
        "",
        "called in A  in B  boxes",
        "mug          cup       1",
        "",
        "image  only A  only B  other class  matched  mean IoU",
        "b.jpg       1       1            1        1     1.000",
        "a.jpg       0       0            0        2     0.900",
    ]


def test_a_set_with_itself_in_words(sets):
    lines = run(sets[0], sets[0]).stdout.splitlines()
    assert "F1 of boxes of the same class   1.000" in lines
    assert lines[-1] == "every box is the same in both"


def test_everything_as_json(sets):
    values = json.loads(run(*sets, "--json").stdout)
    assert values["b"] == {"place": "two", "left_out": 0, "unmatched": ["c.jpg"]}
    assert (values["matched"], values["only_a"], values["only_b"], values["f1"]) == (3, 1, 1, 0.75)
    assert values["disagreements"] == [{"a": "mug", "b": "cup", "boxes": 1}]
    assert sum(values["iou_histogram"]["counts"]) == 4
    first, second = values["images"]
    assert (first["name"], second["name"]) == ("b.jpg", "a.jpg")
    assert first["matched"] == [
        {
            "a": {"label": "mug", "box": [4, 6, 20, 24]},
            "b": {"label": "cup", "box": [4, 6, 20, 24]},
            "iou": 1,
            "same_class": False,
        }
    ]
    assert first["only_a"] == [{"label": "mug", "box": [30, 20, 39, 29]}]


def test_turned_boxes_in_json(sets):
    text = (
        "<annotation><object><type>robndbox</type><name>ship</name><robndbox><cx>20</cx><cy>15</cy><w>10</w><h>4</h>"
        "<angle>0.5</angle></robndbox></object></annotation>"
    )
    Path("turned").mkdir()
    Path("turned/a.xml").write_text(text)
    values = json.loads(run("turned", "turned", "--json").stdout)
    assert (values["mean_iou"], values["kappa"]) == (1, None)
    assert values["images"][0]["matched"][0]["a"] == {"label": "ship", "oriented": [20, 15, 10, 4, 0.5]}


def test_the_histogram_and_the_table_of_pictures(sets):
    result = run(*sets, "-o", "iou.png", "--csv", "pictures.csv")
    assert result.stdout.splitlines()[-2:] == ["written: iou.png", "written: pictures.csv"]
    with Image.open("iou.png") as picture:
        assert picture.size == (1440, 800)
        colours = {colour for _, colour in picture.convert("RGB").getcolors(1 << 20)}
    assert {(0x1F, 0x5F, 0x8B), (0xC8, 0x55, 0x3D)} <= colours  # matched, and too far apart
    with Path("pictures.csv").open() as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["image", "matched", "mean_iou", "only_a", "only_b", "other_class", "classes_a_to_b"],
        ["a.jpg", "2", "0.9", "0", "0", "0", ""],
        ["b.jpg", "1", "1.0", "1", "1", "1", "mug>cup"],
    ]


@pytest.mark.parametrize(
    ("flags", "error", "text"),
    [
        (["-o", "there.png"], OutputError, "there.png: exists already. Choose another place or pass --force."),
        (["-o", "a.jpg"], UsageError, "--output a.jpg: the picture must be a .png. Name it a.png."),
        (["--csv", "there.png"], OutputError, "there.png: exists already. Choose another place or pass --force."),
        (["--suspects", "two"], OutputError, "two: the folder holds 'a.xml' but no suspects.csv: something else than"),
        (["--iou", "0"], UsageError, "--iou: must be above 0, and 1 at most, but got 0. 0.5 is usual."),
        (["--suspects", "new"], UsageError, "two: there are no detections: nothing has a score. Pass annotations"),
    ],
)
def test_what_is_refused(sets, flags, error, text):
    Path("there.png").touch()
    result = run(*sets, *flags)
    assert isinstance(result.exception, error)
    assert str(result.exception).startswith(text)
    assert not Path("new").exists()


def test_sets_of_other_pictures_are_refused(sets):
    label(Path("else"), "z", make_object())
    result = run("one", "else")
    assert isinstance(result.exception, DataError)
    assert result.exception.exit_code == 1


@pytest.fixture
def detected(tmp_path, monkeypatch):
    """Pictures with labels, and detections that find all of it and a mug more in b.jpg."""
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        label_image(Path("pictures") / f"{name}.jpg", make_object("mug"))
    found = [(1, [4, 6, 16, 18], 0.8), (2, [4, 6, 16, 18], 0.8), (2, [30, 20, 9, 9], 0.9)]
    content = {
        "images": [
            {"id": n, "file_name": f"{name}.jpg", "width": 40, "height": 30} for n, name in ((1, "a"), (2, "b"))
        ],
        "categories": [{"id": 1, "name": "mug"}],
        "annotations": [
            {"id": n, "image_id": image, "category_id": 1, "bbox": bbox, "score": score}
            for n, (image, bbox, score) in enumerate(found, start=1)
        ],
    }
    Path("detections.json").write_text(json.dumps(content))
    return "pictures", "detections.json"


def test_suspects_are_told_with_the_line_that_opens_them(detected):
    result = run(*detected, "--suspects", "suspects")
    assert result.stdout.splitlines()[-2:] == [
        "1 suspected label in 1 picture: suspects",
        "  labelImg suspects suspects/classes.txt suspects",
    ]
    assert Path("suspects/0001/b.jpg").exists()
    again = json.loads(run(*detected, "--suspects", "suspects", "--force", "--json").stdout)
    assert again["suspects"] == {
        "folder": "suspects",
        "suspects": 1,
        "images": 1,
        "pictures": 1,
        "command": "labelImg suspects suspects/classes.txt suspects",
    }


def test_where_the_pictures_are_not_found_or_nothing_is_suspected_that_is_told(detected):
    for name in ("a", "b"):
        Path(f"pictures/{name}.jpg").unlink()
    assert "pass --images" in run(*detected, "--suspects", "s1").stdout
    draw_image(Path("elsewhere/b.jpg"))
    assert "pass --images" not in run(*detected, "--suspects", "s2", "--images", "elsewhere").stdout
    text = Path("detections.json").read_text().replace("0.9", "0.1")
    Path("detections.json").write_text(text)
    assert run(*detected, "--suspects", "s3").stdout.splitlines()[-1] == "no label is suspected: s3 says so"

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from tfodkit.cli.templates import command
from tfodkit.config.templates import ready_template, template_names
from tfodkit.errors import UsageError

FASTER_RCNN = "faster_rcnn_resnet50_v1_640x640_coco17"

app = typer.Typer()
app.command()(command)


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_table_has_a_line_for_each() -> None:
    title, *lines = run().splitlines()
    assert title.split() == ["template", "COCO", "mAP", "ms", "GB", "input", "lane", "good", "for"]
    rows = lines[: lines.index("")]
    assert [row.split()[0] for row in rows] == template_names()
    faster_rcnn = next(row for row in rows if row.startswith(f"{FASTER_RCNN} "))
    assert faster_rcnn.split(maxsplit=9)[1:] == [
        "29.3",
        "53",
        "11.4",
        "640",
        "x",
        "640",
        "px",
        "TF2",
        "two stages on a GPU: few classes, exact boxes, crowds",
    ]
    assert next(row for row in rows if row.startswith("example ")).split()[1:3] == ["--", "--"]
    assert max(map(len, rows)) < 180


def test_json_has_all_facts_of_all() -> None:
    listed = json.loads(run("--json"))
    assert [facts["name"] for facts in listed] == template_names()
    facts = next(facts for facts in listed if facts["name"] == FASTER_RCNN)
    assert (facts["title"], facts["coco_map"], facts["speed_ms"]) == ("Faster R-CNN ResNet50 V1 640x640", 29.3, 53)
    assert (facts["output"], facts["lane"]) == (["boxes"], "TF2")
    assert facts["archive"] == "20200711/faster_rcnn_resnet50_v1_640x640_coco17_tpu-8.tar.gz"


@pytest.mark.parametrize("name", ["example", FASTER_RCNN])
def test_one_is_printed_as_it_lies_there(name: str) -> None:
    assert run(name) == ready_template(name).text


def test_one_as_json_has_its_text() -> None:
    found = json.loads(run("example", "--json"))
    assert found["name"] == "example"
    assert found["text"] == ready_template("example").text


def test_an_unknown_one_is_told_with_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        run("efficientdet_d3")
    assert str(caught.value).startswith(
        "efficientdet_d3: there is no such template. Did you mean efficientdet_d3_896x896_coco17 or "
    )
    assert caught.value.exit_code == 2

"""``tfodkit config anchors``: the tables, the JSON and the picture of a model's anchors against sampled boxes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from tfodkit.cli.main import app
from tfodkit.config import make_config
from tfodkit.dataset.label_map import LabelMap
from tfodkit.errors import ConfigError, OutputError, RecordError, UsageError
from tfodkit.records.manifest import RecordFile, RecordManifest, SampledBox
from tfodkit.records.options import RecordOptions

# matplotlib's parser imports it when it is loaded.
pytestmark = pytest.mark.filterwarnings("ignore:module 'sre_constants' is deprecated:DeprecationWarning")

PYRAMID = "ssd_mobilenet_v2_fpnlite_320x320_coco17"
ONE_GRID = "faster_rcnn_resnet50_v1_640x640_coco17"


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """Of two classes: 30 mugs of 24 x 24 pixels in pictures of 320 x 320, and 10 pins of 8 x 12."""
    mugs = [SampledBox(0.01 * place, 0.3, 0.075, 0.075, 1, 320, 320) for place in range(30)]
    pins = [SampledBox(0.011 + 0.07 * place, 0.3, 0.025, 0.0375, 2, 320, 320) for place in range(10)]
    counts = (("mug", 30), ("pin", 10))
    folder = tmp_path / "records"
    folder.mkdir()
    files = tuple(
        RecordFile(f"{split}_mug.record", split, "mug", 40, counts, counts, 1, 1, None) for split in ("train", "val")
    )
    for file in files:
        (folder / file.name).write_bytes(b"x")
    label_map = LabelMap(("mug", "pin"))
    (folder / "label_map.pbtxt").write_text(label_map.to_pbtxt(), encoding="utf-8")
    RecordManifest("0.1.0", RecordOptions(), label_map, files, box_sample={"train": (*mugs, *pins)}).write(folder)
    return folder


def run(*arguments: object):
    return CliRunner().invoke(app, ["config", "anchors", *map(str, arguments)])


def test_the_tables_tell_levels_classes_and_what_would_do_better(records):
    lines = run(PYRAMID, "--records", records).stdout.splitlines()
    assert lines[:8] == [
        "ssd_mobilenet_v2_fpn_keras: 12,804 anchors in an input of 320 x 320 pixels",
        "",
        "stride  grid     sides in pixels  width / height  best for",
        "8       40 x 40  32, 45           1, 2, 0.5             40",
        "16      20 x 20  64, 91           1, 2, 0.5              0",
        "32      10 x 10  128, 181         1, 2, 0.5              0",
        "64      5 x 5    256, 362         1, 2, 0.5              0",
        "128     3 x 3    512, 724         1, 2, 0.5              0",
    ]
    assert lines[9:13] == [
        "best IoU     boxes  >= 0.7  >= 0.5   < 0.5  median box",
        "pin             10    0.0%    0.0%  100.0%      8 x 12",
        "mug             30    0.0%  100.0%    0.0%     24 x 24",
        "all classes     40    0.0%   75.0%   25.0%     24 x 24",
    ]
    assert lines[14].startswith("--anchor-scales ")
    assert lines[14].endswith(" instead of 75.0%")
    assert lines[15].startswith("--image-size ")


def test_a_config_needs_no_records_named(records, tmp_path):
    make_config(ONE_GRID, records, tmp_path / "pipeline.config")
    values = json.loads(run(tmp_path / "pipeline.config", "--json").stdout)
    assert values == json.loads(run(ONE_GRID, "--records", records, "--json").stdout) | {"config": values["config"]}
    (level,) = values["levels"]
    assert (level["stride"], level["grid"], level["best_for"], len(level["anchors"])) == ([16, 16], [40, 40], 40, 12)
    assert level["anchors"][:2] == [[45.25, 90.51], [90.51, 181.02]]
    assert (values["input"], values["threshold"], values["all"]["boxes"]) == ([640, 640], 0.5, 40)
    assert sum(values["best_iou_histogram"]) == 40
    assert [each["name"] for each in values["classes"]] == ["pin", "mug"]


def test_where_all_is_reached_that_is_said(records):
    manifest = RecordManifest.read(records)
    mugs = tuple(box for box in manifest.box_sample["train"] if box.class_id == 1)
    replace(manifest, box_sample={"train": mugs}).write(records)
    lines = run(PYRAMID, "--records", records).stdout.splitlines()
    assert lines[-1] == "no other scales, aspect ratios or larger image size were found to reach more"


def test_the_picture_is_drawn_and_not_over_another(records, tmp_path):
    output = tmp_path / "anchors.png"
    assert run(PYRAMID, "--records", records, "-o", output).exit_code == 0
    with Image.open(output) as picture:
        assert picture.size == (1920, 896)
        colours = {colour for _, colour in picture.convert("RGB").getcolors(1 << 20)}
    assert {(0x1F, 0x5F, 0x8B), (0xC8, 0x55, 0x3D)} <= colours  # boxes that are reached and that are not
    result = run(PYRAMID, "--records", records, "-o", output)
    assert isinstance(result.exception, OutputError)
    assert str(result.exception) == f"{output}: exists already. Choose another place or pass --force."
    assert run(PYRAMID, "--records", records, "-o", output, "--force").exit_code == 0
    result = run(PYRAMID, "--records", records, "-o", tmp_path / "a.jpg")
    assert isinstance(result.exception, UsageError)
    assert str(result.exception).endswith(f"the picture must be a .png. Name it {tmp_path / 'a.png'}.")


def test_what_has_no_anchors_or_no_boxes_is_told(records, tmp_path):
    centernet = "centernet_resnet50_v2_512x512_coco17"
    result = run(centernet, "--records", records)
    assert isinstance(result.exception, ConfigError)
    assert str(result.exception).startswith(f"{centernet}: center_net has no anchors. Nothing is to be fitted: ")
    result = run(PYRAMID)
    assert isinstance(result.exception, UsageError)
    assert str(result.exception).endswith("Pass the folder that make-records wrote with --records.")
    replace(RecordManifest.read(records), box_sample={}).write(records)
    result = run(PYRAMID, "--records", records)
    assert isinstance(result.exception, RecordError)
    assert (
        str(result.exception) == f"{records}: the manifest has no sample of boxes. Run make-records again with --force."
    )


def test_values_that_lay_no_anchors_are_told(records, tmp_path):
    make_config(PYRAMID, records, tmp_path / "pipeline.config")
    text = (tmp_path / "pipeline.config").read_text().replace("scales_per_octave: 2", "scales_per_octave: 0")
    (tmp_path / "pipeline.config").write_text(text)
    result = run(tmp_path / "pipeline.config")
    assert isinstance(result.exception, ConfigError)
    assert "scales_per_octave must be above 0 and below 100, but got 0. Mend the value" in str(result.exception)
    text = text.replace("scales_per_octave: 0", "").replace("fixed_shape_resizer {", "pad_to_multiple_resizer {")
    text = text.replace("height: 320\n", "multiple: 32\n").replace("width: 320\n", "\n")
    (tmp_path / "pipeline.config").write_text(text)
    result = run(tmp_path / "pipeline.config")
    assert "the sizes that its image_resizer leaves can't be told. Take fixed_shape" in str(result.exception)

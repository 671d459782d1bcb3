from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import given, settings, strategies as st
from typer.testing import CliRunner

import tfodkit.config
from tfodkit.cli.make_config import command
from tfodkit.config import PipelineOptions
from tfodkit.config.optimizers import OPTIMIZERS
from tfodkit.config.options import CHECKPOINT_TYPES
from tfodkit.config.schedules import SCHEDULES
from tfodkit.dataset.label_map import LabelMap
from tfodkit.errors import UsageError
from tfodkit.records.manifest import RecordFile, RecordManifest
from tfodkit.records.options import RecordOptions

SSD = "ssd_mobilenet_v2_320x320_coco17"

app = typer.Typer()
app.command()(command)


@pytest.fixture
def records(tmp_path: Path) -> Path:
    folder = tmp_path / "records"
    folder.mkdir()
    files = []
    for split, images in (("train", 40), ("val", 10)):
        name = f"{split}_mug.record"
        (folder / name).write_bytes(b"x" * images)
        counts = (("mug", images),)
        files.append(RecordFile(name, split, "mug", images, counts, counts, 1, images, None))
    manifest = RecordManifest("0.1.0", RecordOptions(), LabelMap(("mug",)), tuple(files))
    manifest.write(folder)
    (folder / "label_map.pbtxt").write_text(manifest.label_map.to_pbtxt(), encoding="utf-8")
    return folder


def test_the_summary_tells_what_the_run_comes_to(records: Path, tmp_path: Path) -> None:
    output = tmp_path / "pipeline.config"
    done = CliRunner().invoke(app, ["--template", SSD, "--records", str(records), "-o", str(output), "--steps", "100"])
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[:6] == [
        f"Wrote {output}",
        "",
        f"template:      {SSD}",
        "classes:       1: mug",
        "images:        40 to train on, 10 to validate on; input 300 x 300 px",
        "steps:         100 of 8 images: 20 epochs",
    ]
    assert done.output.splitlines()[-4].split() == ["train_mug.record", "40", "40", "40", "100.0%"]
    assert done.output.splitlines()[-1].split() == ["mug", "40", "40", "100.0%", "100.0%"]


def test_json_holds_the_same(records: Path, tmp_path: Path) -> None:
    output = tmp_path / "pipeline.config"
    flags = ["--template", SSD, "--records", str(records), "-o", str(output), "--json"]
    values = json.loads(CliRunner().invoke(app, flags).output)
    assert values["path"] == str(output)
    assert values["training"]["learning_rate"] == 0.0125
    assert values["records"][0]["share"] == 1


def test_an_error_reaches_the_main_program(records: Path, tmp_path: Path) -> None:
    flags = ["--template", "ssd", "--records", str(records), "-o", str(tmp_path / "c")]
    assert isinstance(CliRunner().invoke(app, flags).exception, UsageError)


NUMBERS = st.floats(1e-6, 100)
OPTIONS = st.builds(
    PipelineOptions,
    weights=st.none() | st.sampled_from(["balanced", "sqrt", "effective-number:0.999"]) | st.just("mug=1.5,bagel=0.25"),
    batch_size=st.none() | st.integers(1, 10_000),
    steps=st.none() | st.integers(1, 10**6),
    learning_rate=st.none() | NUMBERS,
    optimizer=st.none() | st.sampled_from(OPTIMIZERS),
    schedule=st.none() | st.sampled_from(SCHEDULES),
    augment=st.none() | st.just(("random_crop_image:min_area=0.5,max_area=1", "rgb_to_gray")),
    image_size=st.none() | st.integers(64, 4096),
    fine_tune_checkpoint=st.just(Path("zoo/ckpt-0")),
    fine_tune_checkpoint_type=st.sampled_from(CHECKPOINT_TYPES),
    overrides=st.just(()) | st.just(("train_config.batch_size=3", "eval_config.metrics_set=[]", "a.b[2]={ c: 1 }")),
)


@settings(max_examples=25, deadline=None)  # each example parses a command line
@given(OPTIONS)
def test_the_command_in_the_header_asks_for_the_same_options(options: PipelineOptions) -> None:
    seen: list[Any] = []

    def record(*arguments: Any, **_: Any) -> None:
        seen.append(arguments[-1])
        raise typer.Exit

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tfodkit.config, "make_config", record)
        CliRunner().invoke(
            app, ["--template", SSD, "--records", "r", "-o", "c", *options.flags()], catch_exceptions=False
        )
    assert seen == [options]

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import given, settings, strategies as st
from typer.testing import CliRunner

import tfodkit.config
from tfodkit.cli.make_config import command
from tfodkit.config import PipelineOptions
from tfodkit.config.learning.freezing import FREEZABLE
from tfodkit.config.metrics import METRICS
from tfodkit.config.option_fields import flags_of
from tfodkit.config.options import CHECKPOINT_TYPES, RESIZERS
from tfodkit.dataset.label_map import LabelMap
from tfodkit.errors import TfodkitError, UsageError
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
        "images:        40 to train on, 10 to validate on",
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
    words = "cosine: 0.002083 up to 0.0125 over 200 steps, down to 0 at step 5,000"
    assert values["training"]["schedule_words"] == words
    assert values["epochs"] == 1000
    assert values["model"]["anchors"]["scales"] == [0.2, 0.95]
    assert values["model"]["detections"] == {"most": 100, "nms_iou": 0.6, "score_threshold": 1e-08}
    assert values["metrics"] == ["coco_detection_metrics"]


def test_an_error_reaches_the_main_program(records: Path, tmp_path: Path) -> None:
    flags = ["--template", "ssd", "--records", str(records), "-o", str(tmp_path / "c")]
    assert isinstance(CliRunner().invoke(app, flags).exception, UsageError)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ("--batch-size 0", "must be a whole number of 1 to 2147483647, but got '0'. Give a number in that range."),
        ("--batch-size abc", "must be a whole number of 1 to 2147483647, but got 'abc'. Give a number in that range."),
        ("--steps -5", "must be a whole number of 1 to 2147483647, but got '-5'. Give a number in that range."),
        ("--epochs 0", "must be above 0 and at most 1e+06, but got '0'. Give 50, for example."),
        ("--learning-rate nan", "must be 1e-12 or more and at most 100, but got 'nan'. Give 0.01, for example."),
        ("--learning-rate 1e-320", "must be 1e-12 or more and at most 100, but got '1e-320'. Give 0.01, for example."),
        ("--learning-rate ten", "must be a number, but got 'ten'. Give a number such as 0.5 or 4e-05."),
        ("--optimizer adamw", "there is no optimizer 'adamw'. Did you mean adam?"),
        ("--optimizer adam:epsilom=1", "adam has no parameter 'epsilom'. Did you mean epsilon?"),
        (
            "--optimizer momentum:momentum=1",
            "momentum must be 0 or more and below 1, but got '1'. Give 0.9, for example.",
        ),
        ("--schedule cosin", "there is no schedule 'cosin'. Did you mean cosine?"),
        ("--schedule constant:hold=1", "constant has no parameter 'hold'. Give constant alone."),
        ("--schedule cosine:hold", "'hold' is no name=value. Write cosine:parameter=value, for example."),
        ("--schedule cosine:hold=1,hold=2", "hold is given twice. Leave one of them out."),
        (
            "--schedule cosine:warm_up=1.5",
            (
                "warm_up must be a share of the run below 1, or a whole number of steps, but got '1.5'. "
                "Give 0.05 or 500, for example."
            ),
        ),
        ("--schedule exponential:staircase=no", "staircase must be true or false, but got 'no'. Give one of them."),
        ("--ema 1", "must be above 0 and below 1, but got '1'. Give 0.999, for example."),
        ("--ema 0.99999999", "must be above 0 and below 1, but got '0.99999999'. Give 0.999, for example."),
        ("--gradient-clipping -1", "must be 0 or more and at most 1e+06, but got '-1'. Give 10, for example."),
        ("--freeze backbones", "there is no part to freeze 'backbones'. Did you mean backbone?"),
        ("--checkpoint-type detect", "there is no checkpoint type 'detect'. Did you mean detection?"),
        ("--image-size 16", "must be a whole number of 64 to 4096, but got '16'. Give a number in that range."),
        ("--image-size 640x", "must be a whole number of 64 to 4096, but got ''. Give a number in that range."),
        (
            "--image-size 1x2x3",
            "must be a side or WIDTHxHEIGHT, but got '1x2x3'. Give 640 or 640x480, for example.",
        ),
        ("--resizer padd", "there is no resizer 'padd'. Did you mean pad?"),
        ("--anchor-scales 0,1", "must be above 0 and at most 10000, but got '0'. Give 0.1, for example."),
        ("--aspect-ratios ,", "must be a number, but got ''. Give a number such as 0.5 or 4e-05."),
        ("--loss-weights a", "'a' is no name=value. Write classification=1,localization=2, for example."),
        ("--loss-weights a=1,a=2", "a is given twice. Give each once."),
        ("--loss-weights a=-1", "a must be 0 or more and at most 1e+06, but got '-1'. Give 1, for example."),
        ("--max-detections 0", "must be a whole number of 1 to 100000, but got '0'. Give a number in that range."),
        ("--nms-iou 2", "must be above 0 and at most 1, but got '2'. Give 0.6, for example."),
        ("--score-threshold 1", "must be 0 or more and below 1, but got '1'. Give 0.01, for example."),
        (
            "--metrics coco_detection",
            "there is no metrics set 'coco_detection'. Did you mean coco_detection_metrics or ",
        ),
        ("--metrics coco_mask_metrics --metrics coco_mask_metrics", "one of them is given twice. Give each once."),
        ("--weights mug=-1", "a weight must be 0 to 1,000,000, but got -1. "),
        ("--augment flip", "there is no augmentation step or preset 'flip'. "),
        ("--checkpoint nowhere", "there is no checkpoint of TensorFlow. "),
        ("--set model.ssd", "it is no path=value. "),
        ("--epochs 2 --steps 3", "--steps 3 is given too. Give one of them; steps are epochs x images / batch."),
    ],
)
def test_a_value_that_can_not_be_meant_is_told(records: Path, tmp_path: Path, flags: str, message: str) -> None:
    arguments = ["--template", SSD, "--records", str(records), "-o", str(tmp_path / "c"), *flags.split()]
    error = CliRunner().invoke(app, arguments).exception
    assert isinstance(error, TfodkitError), error
    assert message in str(error)
    assert error.exit_code == (1 if "--checkpoint " in flags else 2)
    assert not (tmp_path / "c").exists()


def test_every_flag_has_a_bad_value_above() -> None:
    marks = test_a_value_that_can_not_be_meant_is_told.pytestmark  # type: ignore[attr-defined]
    tried = {case[0].split()[0] for mark in marks for case in mark.args[1]}
    assert tried == {flag.name for flag in flags_of(PipelineOptions).values()}


def floats(least: float, most: float) -> st.SearchStrategy[float]:
    return st.floats(least, most, exclude_min=True, exclude_max=True, width=32)


SHARES = floats(0, 1)
SPECS = {
    "optimizer": ["momentum", "momentum:momentum=0.8", "adam:epsilon=1e-07", "rms_prop:momentum=0,decay=0.9"],
    "schedule": ["cosine", "one-cycle:warm_up=0.2", "multi-step:at=0.5,at=0.75,factor=0.3", "exponential:burn_in=3"],
    "resizer": RESIZERS,
    "freeze": FREEZABLE,
    "weights": ["balanced", "sqrt", "effective-number:0.999", "mug=1.5,bagel=0.25"],
}
OPTIONS = st.builds(
    PipelineOptions,
    **{name: st.none() | st.sampled_from(texts) for name, texts in SPECS.items()},
    batch_size=st.none() | st.integers(1, 10_000),
    steps=st.none() | st.integers(1, 10**6),
    learning_rate=st.none() | floats(2**-20, 100),
    ema=st.none() | SHARES,
    gradient_clipping=st.none() | st.just(0) | floats(0, 2**10),
    augment=st.none() | st.just(("random_crop_image:min_area=0.5,max_area=1", "rgb_to_gray")),
    image_size=st.none() | st.integers(64, 4096) | st.tuples(st.integers(64, 4096), st.integers(64, 4096)),
    anchor_scales=st.none() | st.lists(floats(0, 8), min_size=1, max_size=6).map(tuple),
    aspect_ratios=st.none() | st.lists(floats(0, 8), min_size=1, max_size=6).map(tuple),
    loss_weights=st.none() | st.dictionaries(st.sampled_from(["classification", "localization"]), SHARES, min_size=1),
    max_detections=st.none() | st.integers(1, 1000),
    nms_iou=st.none() | SHARES,
    score_threshold=st.none() | SHARES,
    metrics=st.none() | st.lists(st.sampled_from(METRICS), min_size=1, unique=True).map(tuple),
    fine_tune_checkpoint=st.none() | st.just(Path("zoo/ckpt-0")),
    fine_tune_checkpoint_type=st.sampled_from(CHECKPOINT_TYPES),
    overrides=st.just(()) | st.just(("train_config.batch_size=3", "eval_config.metrics_set=[]", "a.b[2]={ c: 1 }")),
)


def asked_by(flags: list[str]) -> PipelineOptions:
    """What the command asks make_config for."""
    seen: list[Any] = []

    def record(*arguments: Any, **_: Any) -> None:
        seen.append(arguments[-1])
        raise typer.Exit

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tfodkit.config, "make_config", record)
        CliRunner().invoke(app, ["--template", SSD, "--records", "r", "-o", "c", *flags], catch_exceptions=False)
    (options,) = seen
    assert isinstance(options, PipelineOptions)
    return options


@settings(max_examples=25, deadline=None)  # each example parses a command line
@given(OPTIONS)
def test_the_command_in_the_header_asks_for_the_same_options(options: PipelineOptions) -> None:
    assert asked_by(options.flags()) == options


def test_epochs_are_asked_for_alone() -> None:
    assert asked_by(["--epochs", "2.5"]) == PipelineOptions(epochs=2.5)


def test_nothing_is_asked_for_by_no_flag() -> None:
    assert PipelineOptions().flags() == []
    assert asked_by([]) == PipelineOptions()


def test_an_empty_value_is_no_way_to_leave_a_flag_out() -> None:
    with pytest.raises(UsageError, match="--freeze : there is no part to freeze ''"):
        asked_by(["--freeze", ""])


def test_the_flags_stand_by_concern() -> None:
    text = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).output
    panels = ["Options", "Training", "Model", "Augmentation", "Evaluation"]
    assert [text.index(f"─ {panel} ─") for panel in panels] == sorted(text.index(f"─ {panel} ─") for panel in panels)
    assert "…:" not in text


def test_the_help_loads_neither_the_schema_nor_numpy() -> None:
    program = (
        "import sys, tfodkit.cli.main\n"
        "heavy = {'google.protobuf', 'numpy', 'tensorflow', 'tfodkit.config.pipeline'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

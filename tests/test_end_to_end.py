"""The main job as a stranger does it: the command line, on real pictures and on the drawn example."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from builders import shared_data

from tests.composites import compare_tiles
from tfodkit.inference import Detector

pytestmark = pytest.mark.slow

TEMPLATE = "ssd_mobilenet_v2_320x320_coco17"


def tfodkit(*arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as a user would, outside the checkout; stdout and stderr as text."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    done = subprocess.run(
        [sys.executable, "-m", "tfodkit", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=environment,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    assert "Traceback" not in done.stderr
    return done


def best_detections(path: Path) -> dict[int, tuple[float, ...]]:
    """The score and box, ``(score, xmin, ymin, width, height)``, of each picture's best detection."""
    best: dict[int, tuple[float, ...]] = {}
    for found in json.loads(path.read_text(encoding="utf-8"))["annotations"]:
        row = (found["score"], *found["bbox"])
        best[found["image_id"]] = max(row, best.get(found["image_id"], row))
    return best


def test_raccoons_from_xml_to_pictures_with_boxes(tmp_path: Path) -> None:
    raccoon = shared_data("raccoon")
    run, exported, found = tmp_path / "run", tmp_path / "exported", tmp_path / "found"
    tfodkit(
        "make-records", raccoon / "images", "--annotations", raccoon / "annotations", "-o", "records", folder=tmp_path
    )
    tfodkit(
        *("make-config", "--template", TEMPLATE, "--records", "records", "-o", "pipeline.config"),
        *("--image-size", 96, "--batch-size", 4, "--steps", 24),
        folder=tmp_path,
    )

    trained = tfodkit("train", "pipeline.config", "-o", "run", "--eval-every", 12, "--log-every", 1, folder=tmp_path)
    assert "trained to step 24, all steps taken; best mAP" in trained.stdout
    losses = [float(row["Loss/total_loss"]) for row in csv.DictReader((run / "metrics.csv").open(encoding="utf-8"))]
    assert len(losses) == 24
    assert min(losses[-6:]) < losses[0]

    evaluated = json.loads(tfodkit("eval", "run", "--json", folder=tmp_path).stdout)
    assert evaluated["images"] == 40
    kept = json.loads((run / "best" / "metrics.json").read_text(encoding="utf-8"))
    assert evaluated["boxes"]["figures"]["mAP"] == pytest.approx(kept["figures"]["mAP"], abs=1e-6)
    assert (run / "report" / "report.html").is_file()

    formats = ("saved_model", "frozen_graph", "tflite_float32", "tflite_int8", "onnx")
    tfodkit("export", "run", "-o", "exported", "--formats", ",".join(formats), "--pictures", 12, folder=tmp_path)
    manifest = json.loads((exported / "export.json").read_text(encoding="utf-8"))
    parity = {form["format"]: form for form in manifest["parity"]}
    assert manifest["parity_pictures"] == "validation"
    assert tuple(parity) == formats
    exact = [name for name, form in parity.items() if form["box_difference"] is not None]
    assert exact == ["saved_model", "frozen_graph", "tflite_float32", "onnx"]
    for name in exact:
        assert parity[name]["detections"] > 0
        assert parity[name]["score_difference"] <= 1e-4

    pictures = sorted((raccoon / "images").glob("*.jpg"))[:5]
    for form in exact:
        where = found / form
        tfodkit("detect", "exported", *pictures, "-o", where, "--format", form, "--threshold", 0.01, folder=tmp_path)
        assert {path.name for path in where.glob("*.jpg")} == {picture.name for picture in pictures}
    one, other = (best_detections(found / form / "detections.json") for form in ("saved_model", "frozen_graph"))
    assert len(one) == len(pictures)
    assert one == {image_id: pytest.approx(row, abs=1e-3) for image_id, row in other.items()}


def test_the_demo_learns_its_example(tmp_path: Path) -> None:
    done = tfodkit("demo", "-o", "demo", folder=tmp_path)
    print(done.stdout)  # noqa: T201 - the figures, for whoever reads CI's log
    best = json.loads((tmp_path / "demo" / "run" / "best" / "metrics.json").read_text(encoding="utf-8"))
    assert best["figures"]["mAP@.50"] >= 0.5
    assert len(list((tmp_path / "demo" / "detected").glob("*.jpg"))) == 12
    assert "pictures with boxes  demo/detected" in done.stdout
    assert (tmp_path / "demo" / "run" / "report" / "report.html").is_file()
    found = compare_tiles(Detector.open(tmp_path / "demo" / "exported"), tmp_path / "small")
    assert found.alone >= 0.5 * found.objects
    assert found.tiled >= 0.9 * found.alone, "small objects of a large picture are lost in tiles"
    assert found.whole < 0.1 * found.alone, "these are no small objects: the proof proves nothing"


def test_raccoons_are_found_better_after_three_hundred_steps(tmp_path: Path) -> None:
    raccoon = shared_data("raccoon")
    tfodkit(
        "make-records", raccoon / "images", "--annotations", raccoon / "annotations", "-o", "records", folder=tmp_path
    )
    tfodkit(
        *("make-config", "--template", TEMPLATE, "--records", "records", "-o", "pipeline.config"),
        *("--image-size", 128, "--batch-size", 8, "--steps", 300),
        folder=tmp_path,
    )
    trained = ("train", "pipeline.config", "-o", "run", "--eval-every", 100, "--deterministic", "--monitor", "mAP@.50")
    tfodkit(*trained, folder=tmp_path)
    with (tmp_path / "run" / "evaluations.csv").open(encoding="utf-8") as table:
        found = {int(row["step"]): float(row["mAP@.50"]) for row in csv.DictReader(table)}
    assert list(found) == [100, 200, 300]
    # the small example model has learned most by step 100: from machine to machine either of the two is higher there
    assert found[300] > 0.3
    assert found[300] > found[100]

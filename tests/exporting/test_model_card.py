from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from tfodkit.config.pipeline import parse_pipeline
from tfodkit.exporting import ExportSource
from tfodkit.exporting.card_facts import ModelFacts, gather_facts
from tfodkit.exporting.manifest import ExportedFile, ExportManifest, Parity
from tfodkit.exporting.model_card import TO_FILL_IN, model_card
from tfodkit.odapi.signatures import SIGNATURES
from tfodkit.training.run_directory import RunDirectory


def make_manifest(**overrides: object) -> ExportManifest:
    values = {
        "path": Path("exported"),
        "checkpoint": "best/ckpt-300",
        "averaged": False,
        "files": (
            ExportedFile("saved_model/saved_model.pb", 1_000_000, "0" * 64),
            ExportedFile("saved_model/variables/variables.index", 500_000, "0" * 64),
        ),
        "parity": (Parity("saved_model", 8, 120, 2.3e-6, 1e-7, 5, 5, 0.6512),),
        "parity_pictures": "validation",
        "versions": {"tfodkit": "0.1.0", "tensorflow": "2.20.0"},
        "signatures": SIGNATURES,
    }
    return ExportManifest(**{**values, **overrides})  # type: ignore[arg-type]


def make_facts(**overrides: object) -> ModelFacts:
    values = {
        "architecture": "SSD (ssd_mobilenet_v2_keras)",
        "input_size": "96 x 96 px",
        "gives": "100 at most",
        "class_names": {1: "bagel", 3: "a|b\nc"},
    }
    return ModelFacts(**{**values, **overrides})  # type: ignore[arg-type]


def section(card: str, name: str) -> str:
    return card.partition(f"\n## {name}\n\n")[2].partition("\n\n## ")[0]


def test_what_only_the_maker_knows_is_marked_in_three_places() -> None:
    card = model_card(make_manifest(), make_facts())
    assert card.startswith("# A detector of 2 classes\n")
    assert card.count(TO_FILL_IN) == 3
    for name in ("Intended use", "Data", "Licence"):
        assert TO_FILL_IN in section(card, name)


def test_every_form_stands_with_its_size_its_comparison_and_its_map() -> None:
    card = model_card(make_manifest(refused={"onnx": "it has no such operation"}), make_facts())
    assert "| saved_model | `saved_model` | 1.5 MB | 2e-06 | 1e-07 | 5 of 5 | 0.6512 |" in section(card, "Forms")
    assert "Compared with the checkpoint on 8 pictures (validation)." in section(card, "Forms")
    assert "Not written: onnx, it has no such operation." in section(card, "Forms")
    assert "| encoded | string | (any,) | the bytes of JPEG or PNG files |" in section(card, "How to run it")


def test_a_form_of_too_few_bits_tells_that_boxes_are_not_compared() -> None:
    parity = Parity("tflite_int8", 8, 120, 0.03, None, 5, 4)
    assert "| 0.03 | not compared | 4 of 5 | – |" in model_card(make_manifest(parity=(parity,)), make_facts())


def test_classes_stand_with_what_is_known_of_them_and_break_no_table() -> None:
    figures = {"figures": {"mAP": 0.5}, "images": 64, "per_class": [{"name": "bagel", "ap": 0.75}]}
    card = model_card(make_manifest(), make_facts(thresholds={"bagel": 0.6}, figures=figures))
    assert "| 1 | bagel | – | 0.750 | 0.60 |" in section(card, "Classes")
    assert "| 3 | a\\|b c | – | – | – |" in section(card, "Classes")
    assert "| mAP | 0.500 |\n| mAP@.50 | – |" in section(card, "Figures")
    assert "on 64 validation images" in section(card, "Figures")


def test_without_figures_the_map_of_the_comparison_stands_in_and_without_that_none() -> None:
    card = model_card(make_manifest(checkpoint_map=0.66804), make_facts())
    assert section(card, "Figures") == "mAP 0.6680 on 8 validation images, the ones that the forms were compared on."
    assert section(model_card(make_manifest(), make_facts()), "Figures").startswith("None")


@pytest.fixture
def source(tmp_path: Path, tiny_config: str) -> ExportSource:
    (tmp_path / "best").mkdir()
    (tmp_path / "report").mkdir()
    (tmp_path / "pipeline.config").write_text(f"# template:      tiny\n{tiny_config}")
    run = RunDirectory(tmp_path)
    return ExportSource(run.config_path, tmp_path / "best" / "ckpt-1200", run.label_map_path, run=run)


def facts_of(source: ExportSource) -> ModelFacts:
    pipeline = parse_pipeline(source.config.read_text(), "pipeline.config")
    return gather_facts(source, SimpleNamespace(pipeline=pipeline, class_names={1: "bagel"}))  # type: ignore[arg-type]


def test_facts_come_from_the_config_the_metrics_and_the_report(source: ExportSource) -> None:
    figures = {"checkpoint": "ckpt-1200", "figures": {"mAP": 0.5}, "images": 64, "per_class": []}
    (source.checkpoint.parent / "metrics.json").write_text(json.dumps(figures))
    report = {
        "model": "best checkpoint of run, step 1,200",
        "per_class": [{"class": "bagel", "best_threshold": 0.6, "best_f1": 1.0}],
    }
    results = source.config.parent / "report" / "results.json"
    results.write_text(json.dumps(report))
    facts = facts_of(source)
    assert (facts.architecture, facts.template, facts.step) == ("SSD (ssd_mobilenet_v2_keras)", "tiny", 1200)
    assert facts.input_size == "96 x 96 px"
    assert facts.gives.startswith("100 at most, NMS at IoU 0.6")
    assert (facts.figures, dict(facts.thresholds), facts.data) == (figures, {"bagel": 0.6}, None)

    results.write_text(json.dumps({**report, "model": "last checkpoint of run, step 900"}))
    assert facts_of(source).thresholds == {}, "the report is of another checkpoint"


@pytest.mark.parametrize("text", ["", "[]", '{"checkpoint": "ckpt-9", "figures": {}}', '{"checkpoint": "ckpt-1200"}'])
def test_figures_that_are_damaged_or_of_another_checkpoint_are_none(source: ExportSource, text: str) -> None:
    (source.checkpoint.parent / "metrics.json").write_text(text)
    (source.config.parent / "report" / "results.json").write_text("{")
    facts = facts_of(source)
    assert (facts.figures, facts.thresholds) == (None, {})

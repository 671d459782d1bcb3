"""The files for other programs: pycocotools, labelImg and JSON readers take them, whatever was evaluated."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from evaluation_sets import make_found, make_set, make_truth, random_set, with_keypoints, with_masks
from lxml import etree
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from report_builders import make_scene, make_subject

from tfodkit.annotations.voc_reader import read_voc_xml
from tfodkit.evaluation.analyse import analyse
from tfodkit.evaluation.analysis import Analysis, AnalysisOptions
from tfodkit.evaluation.columns import EvaluatedImage, EvaluationSet
from tfodkit.evaluation.sources.read_set import read_set
from tfodkit.evaluation.sources.read_truth import read_truth
from tfodkit.evaluation_report.data_files import (
    coco_results,
    coco_truth,
    found_xml,
    per_class_csv,
    write_data_files,
)
from tfodkit.evaluation_report.results import results
from tfodkit.images.presumed import PresumedImages

FEW = AnalysisOptions(samples=5)
BOX = (10.0, 20.0, 110.0, 120.0)


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyse(make_scene(), FEW, losses={"Loss/total_loss": 1.5})


@pytest.fixture(scope="module")
def folder(analysis: Analysis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_data_files(analysis, make_subject(), folder)
    return folder


def no_constants(text: str) -> Any:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    return json.loads(text, parse_constant=refuse)


def test_results_say_what_the_analysis_says(analysis: Analysis, folder: Path) -> None:
    content = no_constants((folder / "results.json").read_text(encoding="utf-8"))
    assert content == results(analysis, make_subject())
    assert content["format"] == 1
    assert content["boxes"]["figures"] == analysis.boxes.figures
    assert np.shape(content["boxes"]["ap"]) == analysis.boxes.ap.shape
    assert content["operating"][0]["overall"]["f1"] == analysis.operating[0].overall.f1
    assert content["confusion"]["counts"] == analysis.confusion.counts.tolist()
    assert content["mistakes"]["ap_lost"]["missed"] == analysis.mistakes.ap_lost["missed"]
    assert content["uncertainty"]["map"]["low"] == analysis.uncertainty.map.low
    assert (content["masks"], content["losses"]) == (None, {"Loss/total_loss": 1.5})
    assert content["options"] == {"threshold": 0.5, "iou": 0.5, "samples": 5, "seed": 0}


def test_a_row_of_the_table_is_a_class(analysis: Analysis, folder: Path) -> None:
    rows = list(csv.DictReader((folder / "per_class.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["class"] for row in rows] == list(analysis.images.class_names.values())
    for row in rows:
        objects = sum(int(row[name]) for name in ("correct", "misclassified", "missed"))
        assert objects == int(row["objects"])
        assert int(row["true_positives"]) + int(row["false_positives"]) == int(row["detections"])
        assert float(row["best_f1"]) >= float(row["f1"])
        by_iou = [float(row[f"ap{iou}"]) for iou in range(50, 100, 5)]
        assert by_iou == sorted(by_iou, reverse=True)
        assert sum(by_iou) / 10 == pytest.approx(float(row["ap"]), abs=1e-12)


def test_what_has_no_value_is_null_and_blank() -> None:
    empty = analyse(make_set(make_truth(), make_found(), classes=2), FEW)
    content = results(empty, make_subject())
    assert content["boxes"]["ap"] == [[None, None]] * 10
    assert no_constants(json.dumps(content)) == content
    (row, _) = csv.DictReader(per_class_csv(empty).splitlines())
    assert (row["objects"], row["ap"], row["precision"]) == ("0", "", "")


def test_pycocotools_loads_the_detections_and_finds_the_same_figures(analysis: Analysis, folder: Path) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO(str(folder / "truth.json"))
        evaluator = COCOeval(truth, truth.loadRes(str(folder / "detections.json")), "bbox")
        evaluator.evaluate()
        evaluator.accumulate()
        evaluator.summarize()
    ours = [-1 if value is None else value for value in analysis.boxes.figures.values()]
    assert evaluator.stats.tolist() == pytest.approx(ours, abs=1e-9)


@pytest.mark.parametrize(
    "shaped", [lambda images: images, lambda images: with_keypoints(with_masks(images, 1), 2)], ids=["boxes", "shapes"]
)
def test_what_is_written_reads_back_as_the_same_set(
    shaped: Callable[[EvaluationSet], EvaluationSet], tmp_path: Path
) -> None:
    images = shaped(random_set(3))
    (tmp_path / "truth.json").write_text(json.dumps(coco_truth(images)))
    (tmp_path / "detections.json").write_text(json.dumps(coco_results(images)))
    again = read_set(tmp_path / "detections.json", read_truth(tmp_path / "truth.json"))
    assert again.truth.boxes_xyxy.tolist() == [pytest.approx(box) for box in images.truth.boxes_xyxy.tolist()]
    assert again.found.boxes_xyxy.tolist() == [pytest.approx(box) for box in images.found.boxes_xyxy.tolist()]
    for one, other in ((images.truth, again.truth), (images.found, again.found)):
        assert (one.image.tolist(), one.class_id.tolist()) == (other.image.tolist(), other.class_id.tolist())
        assert (one.masks is None) == (other.masks is None)
        assert [mask["counts"] for mask in one.masks or ()] == [mask["counts"] for mask in other.masks or ()]
        if one.keypoints is not None:
            seen = one.keypoints[..., 2:] > 0  # of what is not labelled, places mean nothing
            np.testing.assert_allclose(other.keypoints * seen, one.keypoints * seen)
    assert again.found.score.tolist() == images.found.score.tolist()
    assert again.truth.is_crowd.tolist() == images.truth.is_crowd.tolist()


def test_images_keep_the_ids_that_they_have() -> None:
    plain = make_set(make_truth((1, 1, BOX)), make_found((1, 1, BOX, 0.9)), images=2)
    assert [image["id"] for image in coco_truth(plain)["images"]] == [1, 2]
    own = replace(plain, images=tuple(replace(image, id=key) for image, key in zip(plain.images, (40, 7), strict=True)))
    assert [image["id"] for image in coco_truth(own)["images"]] == [40, 7]
    assert coco_results(own)[0]["image_id"] == 7 == coco_truth(own)["annotations"][0]["image_id"]


def named(*names: str) -> EvaluationSet:
    images = tuple(EvaluatedImage(name, 400, 300) for name in names)
    rows = [(place, 1, BOX, 0.9) for place in range(len(names))]
    return replace(make_set(make_truth(), make_found(*rows)), images=images)


def test_labelimg_opens_what_was_found_above_the_threshold(tmp_path: Path) -> None:
    found = make_found(
        (0, 1, (10.4, 19.6, 110.2, 120.9), 0.9), (0, 1, BOX, 0.4), (1, 1, BOX, 0.4), (2, 1, (-5.0, 0, 500, 300), 0.5)
    )
    images = make_set(make_truth(), found, images=3)
    written = dict(found_xml(images, 0.5))
    assert [str(path) for path in written] == ["0.xml", "2.xml"]
    (tmp_path / "0.xml").write_bytes(written[next(iter(written))])
    (draft,) = read_voc_xml(tmp_path / "0.xml", PresumedImages(tmp_path)).drafts
    assert [(each.label, each.xyxy) for each in draft.objects] == [("class 1", (10, 20, 110, 121))]
    assert (draft.name, draft.size) == ("0.jpg", (400, 300))
    box = etree.fromstring(list(written.values())[1]).find("object/bndbox")
    assert [side.text for side in box] == ["0", "0", "400", "300"]


@pytest.mark.parametrize(
    ("names", "paths"),
    [
        (("a/1.jpg", "b/1.jpg"), ["a/1.xml", "b/1.xml"]),
        (("1.jpg", "1.png", "1.JPG"), ["1.xml", "1-2.xml", "1-3.xml"]),
        (("../../etc/passwd", "/root/a.jpg", "C:\\a.jpg"), ["passwd.xml", "a.xml", "a-2.xml"]),
        (("a\nb\x00.jpg",), ["a b .xml"]),
    ],
)
def test_no_name_leads_out_of_the_folder_and_none_is_overwritten(names: tuple[str, ...], paths: list[str]) -> None:
    assert [str(path) for path, _ in found_xml(named(*names), 0.5)] == paths


def test_boxes_without_a_pixel_are_in_no_xml() -> None:
    images = make_set(make_truth(), make_found((0, 1, (10.1, 10.1, 10.3, 10.4), 0.9), (0, 1, (500, 0, 600, 9), 0.9)))
    assert list(found_xml(images, 0.5)) == []

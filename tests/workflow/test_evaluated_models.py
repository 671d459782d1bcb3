"""An exported model, and the checkpoint of a run, looking at validation images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from builders import cafe_folder, draw_image, label_folder

from tfodkit.annotations.voc_reader import read_voc_xml
from tfodkit.errors import DataError, ExportError
from tfodkit.evaluation.analysis import AnalysisOptions
from tfodkit.inference import Detector
from tfodkit.inference.pictures import read_picture
from tfodkit.records import make_records
from tfodkit.workflow.evaluate import evaluate

pytestmark = pytest.mark.tensorflow

FEW = AnalysisOptions(threshold=0.1, samples=5)


@pytest.fixture(scope="module")
def detector(tiny_export: Path) -> Detector:
    return Detector.open(tiny_export)


def test_an_export_looks_at_the_validation_images_of_records(tiny_export: Path, tmp_path: Path) -> None:
    manifest = make_records(cafe_folder(tmp_path / "pictures"), tmp_path / "records")
    evaluated = evaluate(tiny_export, truth=tmp_path / "records", options=FEW)
    images = evaluated.analysis.images
    assert len(images.images) == manifest.images("val")
    assert evaluated.subject.model == f"saved_model of {tiny_export}"
    assert images.class_names == {1: "bagel", 2: "mug"}
    assert set(np.unique(images.found.class_id)) == {1, 2}
    assert any(note.endswith("of classes that the truth does not have left out") for note in evaluated.notes)


def test_an_export_looks_at_the_pictures_of_a_folder_by_the_names_of_classes(
    tiny_export: Path, detector: Detector, tmp_path: Path
) -> None:
    label_folder(tmp_path, {"a.jpg": ["mug"], "b.jpg": ["mug"]})
    images = evaluate(tiny_export, truth=tmp_path, options=FEW).analysis.images
    assert images.class_names == {1: "mug"}
    own = next(class_id for class_id, name in detector.class_names.items() if name == "mug")
    expected = [detector.detect(read_picture(tmp_path / name)) for name in ("a.jpg", "b.jpg")]
    scores = np.concatenate([each.scores[each.class_ids == own] for each in expected])
    assert images.found.score.tolist() == pytest.approx(scores.tolist(), abs=1e-6)


def test_every_picture_has_to_be_there_for_an_export(tiny_export: Path, tmp_path: Path) -> None:
    label_folder(tmp_path, {"a.jpg": ["mug"], "b.jpg": ["mug"]})
    draw_image(tmp_path / "b.jpg", size=(80, 60))
    with pytest.raises(DataError, match=r"1 picture of 2 can't be looked at, such as 'b\.jpg'\. Pass --images"):
        evaluate(tiny_export, truth=tmp_path, options=FEW)


def test_a_model_of_other_classes_is_refused(tiny_export: Path, tmp_path: Path) -> None:
    label_folder(tmp_path, {"a.jpg": ["raccoon"]})
    with pytest.raises(ExportError, match=r"none of its classes, such as 'bagel', is one of the truth\. The truth has"):
        evaluate(tiny_export, truth=tmp_path, options=FEW)


@pytest.mark.slow
def test_a_run_leaves_its_report_with_what_it_found(drawn_config: Path, tmp_path: Path) -> None:
    from tfodkit.images.presumed import PresumedImages
    from tfodkit.training.options import TrainOptions
    from tfodkit.training.train import train

    run = train(drawn_config, tmp_path / "run", TrainOptions(eval_every=3)).run
    done: list[tuple[int, int]] = []
    evaluated = evaluate(
        run,
        options=AnalysisOptions(threshold=0.0, samples=5),
        output=run / "report",
        told=lambda what, now, total: done.append((now, total)) if what == "detecting" else None,
    )
    assert done == [(number, 5) for number in range(1, 6)]
    assert evaluated.subject.model.startswith(f"best checkpoint of {run}, step ")
    assert evaluated.report.page.is_file()
    assert evaluated.analysis.losses["Loss/total_loss"] > 0
    written = sorted((run / "report/annotations").glob("*.xml"))
    assert len(written) == 5
    assert read_voc_xml(written[0], PresumedImages(written[0].parent)).drafts[0].objects

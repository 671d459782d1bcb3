from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tfodkit.errors import DataError, OutputError, UsageError
from tfodkit.inference import Detector, detect


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("a.jpg", "b.png"):
        Image.new("RGB", (200, 100), "white").save(folder / name)
    return folder


def test_pictures_are_drawn_and_listed(detector: Detector, photos: Path, tmp_path: Path) -> None:
    run = detect(detector, photos, tmp_path / "found")
    assert sorted(path.name for path in run.output.iterdir()) == ["a.jpg", "b.png", "detections.json"]
    assert run.problems == ()
    assert run.count_by_class() == {"bagel": 1, "mug": 1}
    assert np.asarray(Image.open(run.output / "a.jpg")).min() < 100, "no box was drawn"
    assert np.asarray(Image.open(run.output / "b.png")).min() == 255, "nothing was found, but something is drawn"
    content = json.loads(run.json_path.read_text(encoding="utf-8"))
    assert content == {
        "images": [
            {"id": 1, "file_name": (photos / "a.jpg").as_posix(), "width": 200, "height": 100, "drawn": "a.jpg"},
            {"id": 2, "file_name": (photos / "b.png").as_posix(), "width": 200, "height": 100, "drawn": "b.png"},
        ],
        "categories": [{"id": 1, "name": "bagel"}, {"id": 2, "name": "mug"}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 1, "bbox": [40.0, 10.0, 80.0, 40.0], "score": 0.9},
            {"id": 2, "image_id": 1, "category_id": 2, "bbox": [0.0, 0.0, 100.0, 100.0], "score": 0.75},
        ],
        "threshold": 0.5,
    }


def test_pycocotools_reads_the_annotations_as_results(detector: Detector, photos: Path, tmp_path: Path) -> None:
    from pycocotools.coco import COCO

    run = detect(detector, photos, tmp_path / "found")
    coco = COCO(str(run.json_path))
    results = coco.loadRes(json.loads(run.json_path.read_text(encoding="utf-8"))["annotations"])
    assert [results.anns[number]["bbox"] for number in coco.getAnnIds()] == [[40, 10, 80, 40], [0, 0, 100, 100]]


def test_the_threshold_decides_what_counts(detector: Detector, photos: Path, tmp_path: Path) -> None:
    assert detect(detector, photos / "a.jpg", tmp_path / "found", threshold=0.2).count_by_class() == {
        "bagel": 2,
        "mug": 1,
    }


def test_unreadable_pictures_are_named_and_the_rest_is_done(detector: Detector, photos: Path, tmp_path: Path) -> None:
    (photos / "a2.jpg").write_text("no picture")
    told: list[tuple[int, int, str]] = []
    run = detect(
        detector,
        photos,
        tmp_path / "found",
        progress=lambda number, count, path: told.append((number, count, path.name)),
    )
    assert [result.path.name for result in run.results] == ["a.jpg", "b.png"]
    assert [problem.where for problem in run.problems] == [str(photos / "a2.jpg")]
    assert told == [(1, 3, "a.jpg"), (2, 3, "a2.jpg"), (3, 3, "b.png")]


def test_nothing_is_written_when_no_picture_can_be_read(detector: Detector, photos: Path, tmp_path: Path) -> None:
    for path in photos.iterdir():
        path.write_text("no picture")
    with pytest.raises(DataError) as caught:
        detect(detector, photos, tmp_path / "found")
    assert len(caught.value.problems) == 2
    assert not (tmp_path / "found").exists()


def test_pictures_of_one_name_are_all_kept(detector: Detector, photos: Path, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    for name in ("a.jpg", "b.bmp", "B.webp"):
        Image.new("RGB", (20, 10)).save(tmp_path / "more" / name)
    run = detect(detector, [photos, tmp_path / "more"], tmp_path / "found")
    assert [result.drawn for result in run.results] == ["a.jpg", "b.png", "B-2.png", "a-2.jpg", "b-3.png"]
    assert len(list(run.output.iterdir())) == 6


def test_a_folder_with_content_needs_force(detector: Detector, photos: Path, tmp_path: Path) -> None:
    detect(detector, photos, tmp_path / "found")
    (tmp_path / "found" / "old.txt").touch()
    with pytest.raises(OutputError, match="--force"):
        detect(detector, photos, tmp_path / "found")
    detect(detector, photos, tmp_path / "found", force=True)
    assert not (tmp_path / "found" / "old.txt").exists()


def test_a_folder_of_somebody_elses_is_not_replaced_even_by_force(
    detector: Detector, photos: Path, tmp_path: Path
) -> None:
    (tmp_path / "holiday").mkdir()
    (tmp_path / "holiday" / "beach.txt").touch()
    with pytest.raises(OutputError, match=r"holds 'beach\.txt' but no detections\.json"):
        detect(detector, photos, tmp_path / "holiday", force=True)
    assert (tmp_path / "holiday" / "beach.txt").exists()


def test_the_pictures_themselves_are_never_replaced(detector: Detector, photos: Path) -> None:
    with pytest.raises(UsageError, match=r"holds a\.jpg, which is to be looked at"):
        detect(detector, photos, photos, force=True)
    assert (photos / "a.jpg").exists()


def test_a_threshold_in_percent_is_refused(detector: Detector, photos: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"must be 0 to 1, but got 50\. Scores are shares"):
        detect(detector, photos, tmp_path / "found", threshold=50)

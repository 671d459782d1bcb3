from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tfodkit.errors import DataError, OutputError, UsageError
from tfodkit.inference import DetectOptions, Detector, Output, detect


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


EVERYTHING = frozenset(Output)


def test_all_outputs_lie_in_one_folder(detector: Detector, photos: Path, tmp_path: Path) -> None:
    run = detect(detector, photos, tmp_path / "found", DetectOptions(outputs=EVERYTHING))
    assert sorted(path.relative_to(run.output).as_posix() for path in run.output.rglob("*.*")) == [
        "a.jpg",
        "annotations/a.xml",
        "annotations/b.xml",
        "b.png",
        "coco_results.json",
        "crops/bagel/a-1.jpg",
        "crops/mug/a-1.jpg",
        "detections.csv",
        "detections.json",
    ]


def test_without_pictures_none_is_named(detector: Detector, photos: Path, tmp_path: Path) -> None:
    run = detect(detector, photos, tmp_path / "found", DetectOptions(outputs=frozenset()))
    assert [path.name for path in run.output.iterdir()] == ["detections.json"]
    images = json.loads(run.json_path.read_text(encoding="utf-8"))["images"]
    assert [sorted(image) for image in images] == [["file_name", "height", "id", "width"]] * 2


def test_thresholds_of_classes_count_and_are_told(detector: Detector, photos: Path, tmp_path: Path) -> None:
    options = DetectOptions(threshold=0.2, thresholds={"mug": 0.8}, top=2)
    run = detect(detector, photos, tmp_path / "found", options)
    assert run.count_by_class() == {"bagel": 2, "mug": 0}
    content = json.loads(run.json_path.read_text(encoding="utf-8"))
    assert (content["threshold"], content["thresholds"]) == (0.2, {"mug": 0.8})


def make_bad_pictures(folder: Path) -> None:
    """Six that can't be read, each in its own way, between two that can."""
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8))
    noise.save(folder / "fine.jpg")
    whole = (folder / "fine.jpg").read_bytes()
    (folder / "text.jpg").write_text("no picture")
    (folder / "truncated.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "zero.png").touch()
    noise.save(folder / "damaged.png")
    damaged = (folder / "damaged.png").read_bytes()
    (folder / "damaged.png").write_bytes(damaged[:60] + bytes(400) + damaged[460:])
    Image.new("1", (20_000, 10_000)).save(folder / "huge.png")


def test_each_bad_picture_is_named_and_the_rest_is_done(detector: Detector, photos: Path, tmp_path: Path) -> None:
    make_bad_pictures(photos)
    (tmp_path / "empty").mkdir()
    run = detect(detector, [tmp_path / "empty", photos], tmp_path / "found")
    assert [result.path.name for result in run.results] == ["a.jpg", "b.png", "fine.jpg"]
    assert [(Path(problem.where).name, problem.what) for problem in run.problems if "damaged" not in problem.where] == [
        ("empty", "there is no picture"),
        ("huge.png", "the picture is too large: it has more than 179 megapixels"),
        ("text.jpg", "can't be read: it is no picture, or of a kind that can't be read"),
        ("truncated.jpg", run.problems[-2].what),
        ("zero.png", "can't be read: the file is empty"),
    ]
    assert "truncated" in run.problems[-2].what
    assert sum("damaged.png" in problem.where for problem in run.problems) == 1


def test_of_an_animation_the_first_frame_is_looked_at_and_that_is_said(detector: Detector, tmp_path: Path) -> None:
    first, second = (Image.new("RGB", (30, 20), colour) for colour in ("white", "black"))
    first.save(tmp_path / "a.gif", save_all=True, append_images=[second, first])
    run = detect(detector, tmp_path / "a.gif", tmp_path / "found", threshold=0.99)
    assert run.notes == (f"{tmp_path / 'a.gif'}: the first of 3 frames was looked at",)
    assert np.asarray(Image.open(run.output / "a.png")).min() == 255


def test_results_are_in_the_order_of_the_pictures_whatever_their_sizes(detector: Detector, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    for number in range(40):
        size = (30, 20) if number % 3 else (20, 30)
        Image.new("RGB", size, (number, 0, 0)).save(tmp_path / "photos" / f"{number:02}.png")
    run = detect(detector, tmp_path / "photos", tmp_path / "found", DetectOptions(threshold=1.0, batch=4))
    assert [result.path.name for result in run.results] == [f"{number:02}.png" for number in range(40)]
    drawn = [Image.open(run.output / f"{number:02}.png").getpixel((5, 5)) for number in range(40)]
    assert drawn == [(number, 0, 0) for number in range(40)]


def test_an_interrupt_leaves_nothing_and_no_thread(detector: Detector, photos: Path, tmp_path: Path) -> None:
    before = threading.active_count()

    def interrupt(number: int, count: int, path: Path) -> None:
        if number == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        detect(detector, photos, tmp_path / "found", progress=interrupt)
    assert [path.name for path in tmp_path.iterdir() if "found" in path.name and any(path.iterdir())] == []
    assert threading.active_count() == before


def test_a_picture_whose_name_is_no_text_is_listed(detector: Detector, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.png")
    Image.new("RGB", (20, 10)).save(tmp_path / name)
    run = detect(detector, tmp_path / name, tmp_path / "found", DetectOptions(outputs=EVERYTHING - {Output.VOC}))
    assert json.loads(run.json_path.read_text(encoding="utf-8"))["images"][0]["file_name"].endswith(name)
    assert "caf\\udce9.png,bagel" in (run.output / "detections.csv").read_text(encoding="utf-8")


def test_what_does_not_go_with_the_models_is_said_before_any_is_loaded(photos: Path, tmp_path: Path) -> None:
    options = DetectOptions(weights=(2, 1))
    with pytest.raises(UsageError, match="--weights: must be one for each of 1 models, but got 2"):
        detect(tmp_path / "absent", photos, tmp_path / "found", options)


def test_several_models_are_fused_and_none_is_named_twice(detector: Detector, photos: Path, tmp_path: Path) -> None:
    run = detect([detector, detector], photos / "a.jpg", tmp_path / "found", threshold=0.4)
    assert run.count_by_class() == {"bagel": 1, "mug": 0}, "what one of two finds counts half"
    with pytest.raises(UsageError, match="--model: model 1 is named twice"):
        detect([detector, "model 1"], photos / "a.jpg", tmp_path / "other")


def test_problems_are_in_the_order_of_the_pictures(detector: Detector, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    Image.new("RGB", (20, 10)).save(tmp_path / "photos" / "a\x01.png")
    (tmp_path / "photos" / "b.png").touch()
    run = detect(detector, tmp_path / "photos", tmp_path / "found", DetectOptions(outputs=EVERYTHING))
    assert ["empty" in problem.what for problem in run.problems] == [False, True]
    assert [result.path.name for result in run.results] == ["a\x01.png"]

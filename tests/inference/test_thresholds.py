from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tfodkit.annotations.detections import Detections
from tfodkit.errors import DataError, UsageError
from tfodkit.inference.thresholds import Thresholds, read_thresholds

CLASSES = {1: "bagel", 3: "mug"}


def found(*scores_and_ids: tuple[float, int]) -> Detections:
    scores = np.array([score for score, _ in scores_and_ids], np.float32)
    return Detections(np.zeros((len(scores), 4), np.float32), scores, np.array([each for _, each in scores_and_ids]))


def test_a_class_has_its_own_threshold_and_the_others_the_usual_one() -> None:
    counts = Thresholds.of(0.5, {"mug": 0.8}, CLASSES)
    kept = counts.keep(found((0.9, 3), (0.8, 3), (0.7, 3), (0.6, 1), (0.5, 2), (0.4, 1)))
    assert list(zip(kept.scores.round(2).tolist(), kept.class_ids.tolist(), strict=True)) == [
        (pytest.approx(0.9), 3),
        (pytest.approx(0.8), 3),
        (pytest.approx(0.6), 1),
        (pytest.approx(0.5), 2),
    ]


def test_the_most_of_a_picture_are_those_of_highest_score_that_count() -> None:
    counts = Thresholds.of(0.5, {"mug": 0.95}, CLASSES, top=1)
    assert counts.keep(found((0.9, 3), (0.6, 1), (0.5, 1))).class_ids.tolist() == [1]
    assert len(counts.keep(found())) == 0


def test_a_class_that_the_model_has_not_is_named() -> None:
    with pytest.raises(UsageError, match=r"--thresholds: the model has no class 'bagle'\. Did you mean bagel\?"):
        Thresholds.of(0.5, {"bagle": 0.8}, CLASSES)


def test_thresholds_are_read_from_words() -> None:
    assert read_thresholds("mug=0.4, a=b=0.6,") == {"mug": 0.4, "a=b": 0.6}
    with pytest.raises(UsageError, match=r"'mug=high' is no class and score\. Pass such as mug=0\.4"):
        read_thresholds("mug=high")
    with pytest.raises(UsageError, match="'report' is no report of tfodkit eval, and names no class"):
        read_thresholds("report")


def test_the_best_thresholds_of_a_report_are_taken_where_anything_was_right(tmp_path: Path) -> None:
    rows = [
        {"class": "bagel", "best_threshold": 0.37, "best_f1": 0.9},
        {"class": "mug", "best_threshold": 1.0, "best_f1": 0.0},
        {"class": "tumbler", "best_threshold": 1.0, "best_f1": None},
    ]
    (tmp_path / "results.json").write_text(json.dumps({"per_class": rows}))
    assert read_thresholds(str(tmp_path)) == read_thresholds(str(tmp_path / "results.json")) == {"bagel": 0.37}


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"per_class": [{"class": "mug"}]}', '{"per_class": [1]}'])
def test_another_file_is_no_report(tmp_path: Path, content: str) -> None:
    (tmp_path / "results.json").write_text(content)
    with pytest.raises(DataError, match=r"results\.json: holds no thresholds: it is no results\.json of an evaluation"):
        read_thresholds(str(tmp_path))


def test_a_folder_without_a_report_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"results\.json: holds no thresholds: No such file"):
        read_thresholds(str(tmp_path))

"""Numbers worked out by hand; that they are the reference's is held in accuracy/test_coco.py."""

import numpy as np
import pytest

from tfodkit.annotations.detections import Detections
from tfodkit.evaluation.coco import evaluate_boxes
from tfodkit.evaluation.ground_truth import GroundTruth
from tfodkit.evaluation.result import COCO_FIGURES

CLASSES = {1: "cat", 2: "dog"}


def truth(*boxes: tuple[float, float, float, float], ids: tuple[int, ...] = (), crowd: bool = False) -> GroundTruth:
    return GroundTruth(
        name="a.jpg",
        width=400,
        height=300,
        boxes_xyxy=np.array(boxes, np.float64).reshape(-1, 4),
        class_ids=np.array(ids or [1] * len(boxes), np.int64),
        is_crowd=np.full(len(boxes), crowd),
    )


def found(
    *boxes: tuple[float, float, float, float], scores: tuple[float, ...], ids: tuple[int, ...] = ()
) -> Detections:
    return Detections(
        boxes_xyxy=np.array(boxes, np.float32).reshape(-1, 4),
        scores=np.array(scores, np.float32),
        class_ids=np.array(ids or [1] * len(boxes), np.int64),
    )


def test_a_perfect_model_has_one_everywhere() -> None:
    box = (10.0, 20.0, 110.0, 120.0)
    result = evaluate_boxes([truth(box)], [found(box, scores=(0.9,))], CLASSES)
    assert (result.images, result.detections) == (1, 1)
    assert [result.figures[name] for name in ("mAP", "mAP@.50", "mAP_large")] == pytest.approx([1, 1, 1])
    assert result.figures["mAP_small"] is None
    cat, dog = result.per_class
    assert (cat.ap, cat.ap50, cat.ar100, cat.ground_truths) == pytest.approx((1, 1, 1, 1))
    assert (dog.ap, dog.ap50, dog.ar100, dog.ground_truths) == (None, None, None, 0)


def test_a_box_at_iou_two_thirds_counts_at_the_lower_four_thresholds() -> None:
    # 100 x 100 against 100 x 100 shifted by 20: shared 80 x 100, IoU 8000 / 12000
    result = evaluate_boxes([truth((0, 0, 100, 100))], [found((20, 0, 120, 100), scores=(0.9,))], CLASSES)
    assert result.figures["mAP@.50"] == pytest.approx(1)
    assert result.figures["mAP@.75"] == 0
    assert result.figures["mAP"] == pytest.approx(0.4)  # 0.50, 0.55, 0.60, 0.65 of ten


def test_a_better_scored_false_positive_halves_precision() -> None:
    result = evaluate_boxes(
        [truth((0, 0, 100, 100))],
        [found((200, 200, 300, 300), (0, 0, 100, 100), scores=(0.9, 0.8))],
        CLASSES,
    )
    assert result.figures["mAP@.50"] == pytest.approx(0.5)
    assert result.figures["AR@1"] == 0
    assert result.figures["AR@10"] == 1


def test_the_right_box_of_the_wrong_class_is_no_hit() -> None:
    box = (0.0, 0.0, 100.0, 100.0)
    result = evaluate_boxes([truth(box)], [found(box, scores=(0.9,), ids=(2,))], CLASSES)
    assert result.figures["mAP"] == 0


def test_detections_in_a_crowd_are_not_held_against_the_model() -> None:
    crowd, box = truth((0, 0, 300, 300), crowd=True), (310.0, 0.0, 390.0, 100.0)
    result = evaluate_boxes(
        [crowd, truth(box)],
        [found((10, 10, 200, 200), scores=(0.95,)), found(box, scores=(0.9,))],
        CLASSES,
    )
    assert result.figures["mAP"] == pytest.approx(1)


@pytest.mark.parametrize("detections", [found(scores=()), found((0, 0, 10, 10), scores=(0.5,))])
def test_no_ground_truth_gives_no_figures(detections: Detections) -> None:
    result = evaluate_boxes([truth()], [detections], CLASSES)
    assert set(result.figures.values()) == {None}
    assert [name for name, _, _ in COCO_FIGURES] == list(result.figures)


def test_no_detections_give_zero() -> None:
    result = evaluate_boxes([truth((0, 0, 100, 100))], [found(scores=())], CLASSES)
    assert result.figures["mAP"] == 0


def test_every_image_needs_its_detections() -> None:
    with pytest.raises(ValueError, match="there must be detections for all 2 images, but got 1"):
        evaluate_boxes([truth(), truth()], [found(scores=())], CLASSES)

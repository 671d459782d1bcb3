from __future__ import annotations

import numpy as np
import pytest

from tfodkit.errors import ExportError
from tfodkit.exporting.parity import Difference, Gate, check_parity, compare
from tfodkit.inference.formats import format_named
from tfodkit.inference.runtime import ModelOutputs

LEFT = (0.1, 0.1, 0.5, 0.3)
RIGHT = (0.1, 0.6, 0.5, 0.9)


def outputs(*detections: tuple[tuple[float, ...], float, int], limit: int = 100) -> ModelOutputs:
    boxes, scores, class_ids = zip(*detections, strict=True) if detections else ((), (), ())
    return ModelOutputs(
        np.array(boxes, np.float32).reshape(-1, 4), np.array(scores, np.float32), np.array(class_ids, np.int64), limit
    )


def test_the_same_detections_do_not_differ() -> None:
    one = outputs((LEFT, 0.9, 1), (RIGHT, 0.4, 2))
    assert compare(one, one) == Difference(detections=2, score=0.0, box=0.0, sure=2, found_again=2)


def test_boxes_without_area_are_not_compared_whoever_gives_them() -> None:
    line = (0.1, 1.0, 0.3, 1.0)
    with_it, without = outputs((line, 0.95, 1), (LEFT, 0.9, 1)), outputs((LEFT, 0.9, 1))
    alike = Difference(detections=1, score=0.0, box=0.0, sure=1, found_again=1)
    assert compare(with_it, without) == compare(without, with_it) == alike
    assert compare(without, outputs((line, 0.9, 1))).score == pytest.approx(0.9), "a box that lost its area is missing"


def test_a_list_that_spent_a_place_on_padding_is_compared_as_far_as_it_goes() -> None:
    expected = outputs((LEFT, 0.9, 1), (RIGHT, 0.4, 2), (RIGHT, 0.35, 1), limit=3)
    found = ((LEFT, 0.9, 1), (RIGHT, 0.4, 2))
    assert compare(expected, outputs(*found, limit=2)) == Difference(2, 0.0, 0.0, sure=2, found_again=2)
    assert compare(expected, outputs(*found, limit=3)).score == pytest.approx(0.35), "it had room for another"
    assert compare(expected, outputs(found[0], limit=1)).score == pytest.approx(0.4), "less than half is wrong"
    other = outputs((LEFT, 0.9, 1), (LEFT, 0.6, 2), limit=2)
    assert compare(expected, other).score == pytest.approx(0.2)
    assert compare(other, expected).score == pytest.approx(0.2)


def test_nothing_found_by_either_does_not_differ() -> None:
    assert compare(outputs(), outputs()) == Difference(detections=0, score=0.0, box=0.0)


def test_scores_are_compared_by_rank() -> None:
    difference = compare(outputs((LEFT, 0.9, 1), (RIGHT, 0.4, 2)), outputs((LEFT, 0.9, 1), (RIGHT, 0.35, 2)))
    assert difference.score == pytest.approx(0.05)


def test_a_missing_detection_counts_as_score_0() -> None:
    assert compare(outputs((LEFT, 0.9, 1), (RIGHT, 0.4, 2)), outputs((LEFT, 0.9, 1))).score == pytest.approx(0.4)
    assert compare(outputs((LEFT, 0.9, 1)), outputs((LEFT, 0.9, 1), (RIGHT, 0.4, 2))).score == pytest.approx(0.4)


def test_boxes_differ_by_their_worst_coordinate() -> None:
    moved = (0.1, 0.1, 0.53, 0.31)
    assert compare(outputs((LEFT, 0.9, 1)), outputs((moved, 0.9, 1))).box == pytest.approx(0.03)


def test_equal_scores_may_come_in_either_order() -> None:
    one, other = ((LEFT, 0.9, 1), (RIGHT, 0.90001, 1)), ((RIGHT, 0.90001, 1), (LEFT, 0.9, 1))
    assert compare(outputs(*one), outputs(*other)).box == 0.0


def test_another_class_is_not_the_same_object() -> None:
    assert compare(outputs((LEFT, 0.9, 1)), outputs((LEFT, 0.9, 2))).box == np.inf


def test_the_tied_last_places_of_a_cut_list_may_go_to_others() -> None:
    one, other = ((LEFT, 0.9, 1), (LEFT, 0.2, 1)), ((LEFT, 0.9, 1), (RIGHT, 0.2, 1))
    assert compare(outputs(*one, limit=2), outputs(*other, limit=2)).box == 0.0
    assert compare(outputs(*one, limit=3), outputs(*other, limit=3)).box == pytest.approx(0.6)


def test_ties_that_are_found_again_are_counted_even_in_a_cut_list() -> None:
    untrained = outputs((LEFT, 0.5, 1), (RIGHT, 0.5, 1), limit=2)
    assert compare(untrained, untrained) == Difference(detections=2, score=0.0, box=0.0, sure=2, found_again=2)


SAVED_MODEL = format_named("saved_model")
ROUGH = Gate(score=None, box=None, found=0.5)


def test_a_form_that_detects_the_same_passes_with_its_figures() -> None:
    found = check_parity(SAVED_MODEL, [outputs((LEFT, 0.9, 1))] * 2, [outputs((LEFT, 0.90005, 1))] * 2, mean_ap=0.4)
    assert (found.format, found.images, found.detections, found.box_difference) == ("saved_model", 2, 2, 0.0)
    assert (found.sure, found.found_again, found.map) == (2, 2, 0.4)
    assert found.score_difference == pytest.approx(5e-5, abs=1e-7)


def test_a_form_that_detects_something_else_is_refused_with_the_amount() -> None:
    said = "saved_model: does not detect what the checkpoint detects: in picture 1 of 1 scores differ by 0.0002"
    with pytest.raises(ExportError, match=said):
        check_parity(SAVED_MODEL, [outputs((LEFT, 0.9, 1))], [outputs((LEFT, 0.8998, 1))])
    moved = outputs(((0.1, 0.1, 0.5, 0.6), 0.9, 1))
    with pytest.raises(ExportError, match=r"boxes by 0\.3 of its side \(allowed 0\.001\)"):
        check_parity(SAVED_MODEL, [outputs((LEFT, 0.9, 1))], [moved])


def test_a_rough_form_has_to_find_what_the_checkpoint_is_sure_of() -> None:
    near = (0.11, 0.1, 0.5, 0.31)
    expected = [outputs((LEFT, 0.9, 1), (RIGHT, 0.8, 2), (LEFT, 0.2, 2))]
    half = check_parity(SAVED_MODEL, expected, [outputs((near, 0.6, 1))], ROUGH)
    assert (half.sure, half.found_again, half.box_difference) == (2, 1, None)
    with pytest.raises(ExportError, match=r"finds 0 of the 2 objects again that the checkpoint is sure of"):
        check_parity(SAVED_MODEL, expected, [outputs((near, 0.6, 2))], ROUGH)

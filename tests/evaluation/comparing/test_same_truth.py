from dataclasses import replace

import numpy as np
import pytest
from evaluation_sets import evaluation_sets, make_found, make_set, make_truth, random_set
from hypothesis import given, settings, strategies as st

from tfodkit.evaluation.accuracy.coco import measure_coco
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.comparing.same_truth import TruthDifference, in_terms_of, truth_difference

BOX, BESIDE = (0.0, 0.0, 100.0, 100.0), (150.0, 0.0, 250.0, 100.0)


def of(*rows: tuple[int, int, tuple[float, float, float, float]], crowd: tuple[int, ...] = ()) -> EvaluationSet:
    return make_set(make_truth(*rows, crowd=crowd), make_found(), images=3, classes=2)


def shuffled(images: EvaluationSet, seed: int) -> EvaluationSet:
    """The same set with images and objects in another order and other ids of classes."""
    draw = np.random.default_rng(seed)
    order = draw.permutation(len(images.images))
    place_of = np.argsort(order)
    new_ids = dict(zip(images.class_names, (draw.permutation(len(images.class_names)) + 5).tolist(), strict=True))
    renamed = {new_ids[class_id]: name for class_id, name in images.class_names.items()}
    of_old = np.array([0, *(new_ids[each] for each in range(1, max(new_ids) + 1))])
    truth, found = images.truth, images.found
    mixed = draw.permutation(len(truth))
    rows = mixed[np.argsort(place_of[truth.image[mixed]], kind="stable")]
    in_found = np.argsort(place_of[found.image], kind="stable")
    return EvaluationSet(
        tuple(images.images[place] for place in order),
        dict(sorted(renamed.items())),
        replace(
            truth,
            image=place_of[truth.image[rows]],
            boxes_xyxy=truth.boxes_xyxy[rows],
            class_id=of_old[truth.class_id[rows]],
            is_crowd=truth.is_crowd[rows],
            is_difficult=truth.is_difficult[rows],
            area=truth.area[rows],
        ),
        replace(
            found,
            image=place_of[found.image[in_found]],
            boxes_xyxy=found.boxes_xyxy[in_found],
            class_id=of_old[found.class_id[in_found]],
            score=found.score[in_found],
        ),
    )


@settings(max_examples=60)
@given(evaluation_sets(), st.integers(0, 2**32 - 1))
def test_order_and_ids_make_no_difference(images: EvaluationSet, seed: int) -> None:
    other = shuffled(images, seed)
    assert not truth_difference(images, other)
    back = in_terms_of(images, other)
    assert back.images == images.images
    assert back.class_names == images.class_names
    assert back.truth is images.truth
    for column in ("image", "boxes_xyxy", "class_id", "score"):
        np.testing.assert_array_equal(getattr(back.found, column), getattr(images.found, column))


def test_the_figures_stay_in_another_order() -> None:
    images = random_set(3, images=12, objects=6, detections=60)
    figures = (measure_coco(each).figures["mAP"] for each in (images, in_terms_of(images, shuffled(images, 1))))
    assert len(set(figures)) == 1


def test_masks_and_keypoints_follow_their_detections() -> None:
    a = of((0, 1, BOX))
    found = make_found((0, 1, BOX, 0.9), (2, 1, BOX, 0.8))
    masks = ({"size": [1, 1], "counts": b"0"}, {"size": [1, 1], "counts": b"1"})
    found = replace(found, masks=masks, keypoints=np.arange(6.0).reshape(2, 1, 3))
    b = replace(a, images=a.images[::-1], truth=replace(a.truth, image=2 - a.truth.image), found=found)
    back = in_terms_of(a, b).found
    assert back.image.tolist() == [0, 2]
    assert back.masks == masks[::-1]
    assert back.keypoints.tolist() == [[[3, 4, 5]], [[0, 1, 2]]]


def test_images_of_one_set_alone_are_named() -> None:
    a = of((0, 1, BOX))
    b = replace(a, images=(*a.images[1:], replace(a.images[0], name="new.jpg")))
    found = truth_difference(a, replace(b, truth=replace(b.truth, image=b.truth.image + 2)))
    assert found == TruthDifference(("0.jpg",), ("new.jpg",), (), (), ())


@pytest.mark.parametrize(
    "other",
    [
        of((0, 1, BOX), (1, 2, BOX), (2, 1, BESIDE)),
        of((0, 1, BOX), (1, 2, BOX)),
        of((0, 1, BOX), (1, 1, BOX), (1, 2, BOX)),
        of((0, 1, BOX), (1, 1, BESIDE)),
        of((0, 1, BOX), (1, 1, (0.0, 0.0, 100.0, 100.2))),
        of((0, 1, BOX), (1, 1, BOX), crowd=(1,)),
    ],
    ids=["more", "class", "twice", "place", "side", "crowd"],
)
def test_images_with_other_labels_are_named(other: EvaluationSet) -> None:
    found = truth_difference(of((0, 1, BOX), (1, 1, BOX)), other)
    assert "1.jpg" in found.labelled_otherwise
    assert "0.jpg" not in found.labelled_otherwise
    assert found


def test_another_size_of_an_image_is_another_label() -> None:
    a = of((0, 1, BOX))
    larger = (replace(a.images[0], width=800), *a.images[1:])
    assert truth_difference(a, replace(a, images=larger)).labelled_otherwise == ("0.jpg",)


def test_what_a_file_rounds_off_is_no_difference() -> None:
    a, b = of((0, 1, BOX), (0, 1, BESIDE)), of((0, 1, (0.004, 0.0, 99.996, 100.0)), (0, 1, BESIDE))
    assert not truth_difference(a, b)


def test_classes_of_one_set_alone_are_named() -> None:
    a = of((0, 1, BOX))
    b = replace(a, class_names={1: "class 1", 3: "lynx"})
    found = truth_difference(a, b)
    assert (found.classes_a, found.classes_b) == (("class 2",), ("lynx",))

"""The sample of boxes: bounded, and the same whatever the order."""

import random

from tests.builders import make_image_annotation, make_object
from tfodkit.records.box_sample import SampledBox, sample_boxes

IDS = {"bagel": 1, "mug": 2}


def images(count, objects=3):
    return [
        make_image_annotation(
            f"{index}.png",
            objects=tuple(make_object("mug", place, 20, 50, 20 + index) for place in range(objects)),
            width=100,
            height=200,
        )
        for index in range(1, count + 1)
    ]


def test_a_small_data_set_is_there_as_a_whole():
    annotations = images(2)
    sample = sample_boxes(annotations, {"1.png": "train", "2.png": "val"}, IDS)
    assert sorted(sample["train"]) == [SampledBox(x / 100, 0.1, (50 - x) / 100, 0.005, 2, 100, 200) for x in range(3)]
    assert len(sample["val"]) == 3
    assert list(sample) == ["train", "val"]


def test_a_split_without_boxes_has_no_sample():
    assert sample_boxes(images(1, objects=0), {"1.png": "train"}, IDS) == {}


def test_neither_the_order_nor_the_other_images_decide_who_is_chosen():
    annotations = images(40)
    side_of = {annotation.name: "train" for annotation in annotations}
    chosen = sample_boxes(annotations, side_of, IDS, most=30)["train"]
    random.Random(1).shuffle(annotations)
    assert sample_boxes(annotations, side_of, IDS, most=30)["train"] == chosen
    assert sample_boxes(annotations, side_of, IDS, most=10)["train"] == chosen[:10]
    fewer = sample_boxes(annotations[:20], side_of, IDS, most=120)["train"]
    assert [box for box in fewer if box in chosen] == [box for box in chosen if box in fewer]
    # Golden: the manifest's bytes, and every figure that is worked out from the sample, depend on the hash.
    assert chosen[0] == SampledBox(0.01, 0.1, 0.49, 0.085, 2, 100, 200)

"""Every template becomes a real model of the classes that it says, keypoints and masks included, on a small input.

EfficientDet's published numbers of parameters are those of Tan, Pang and Le 2020 (arXiv:1911.09070v7), table 2.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tfodkit.config.memory.forecast import model_facts
from tfodkit.config.model.architecture import architecture
from tfodkit.config.model.image_size import set_image_size
from tfodkit.config.model.input_grid import least_side, side_step
from tfodkit.config.pipeline import Message, format_pipeline
from tfodkit.config.templates import read_template, template_names
from tfodkit.odapi.model import build_model, create_variables

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

SMALL_SIDE = 128
EFFICIENTDET_MILLIONS = {0: 3.9, 1: 6.6, 2: 8.1, 3: 12.0, 4: 20.7, 5: 33.7, 6: 51.9, 7: 51.9}
IDLE = ("top_conv", "top_bn", "logits")
"""The backbone's own head: the API makes it and never uses it, and the published numbers leave it out."""
FEW_PROPOSALS = 8
HEADS_DIFFER = 0.03
"""Of Faster R-CNN's, some have one box for all classes and some have one for each, on the same backbone."""
UNCOUNTED = {"example", *(name for name in template_names() if "kpts" in name)}
"""A model narrower than its kind, and keypoints, which the forecast of memory leaves out."""


@pytest.fixture(autouse=True)
def one_at_a_time() -> Iterator[None]:
    """The largest takes gigabytes, which the next one is to have again."""
    yield
    import tensorflow as tf

    tf.keras.backend.clear_session()
    gc.collect()


@pytest.mark.parametrize("name", template_names())
def test_it_becomes_a_model_of_its_classes(name: str, tmp_path: Path) -> None:
    message = small(name, tmp_path)
    model = build_model(format_pipeline(message), is_training=True)
    predicted = keep_predictions(model)
    create_variables(model)
    classes = architecture(message, name).num_classes
    assert last_axis(predicted, "object_center", "class_predictions_with_background") == classes + background(message)
    assert last_axis(predicted, "box/scale", "box_encodings", "refined_box_encodings") in (2, 4)
    assert ("mask_predictions" in predicted) == ("masks" in read_template(name).facts().output)
    assert ("human_pose/keypoint/heatmap" in predicted) == ("keypoints" in read_template(name).facts().output)
    check_parameters(name, message, model)


def check_parameters(name: str, message: Message, model: Any) -> None:
    count = parameters(model.trainable_variables)
    if name not in UNCOUNTED:
        facts = model_facts(message)
        assert facts is not None
        assert count == pytest.approx(facts.parameters, rel=HEADS_DIFFER)
    if name.startswith("efficientdet_d"):
        idle = parameters(variable for variable in model.trainable_variables if variable.name.startswith(IDLE))
        published = EFFICIENTDET_MILLIONS[int(name[len("efficientdet_d")])]
        assert round((count - idle) / 1e6, 1) == published


def parameters(variables: Iterable[Any]) -> int:
    return sum(variable.shape.num_elements() for variable in variables)


def background(message: Message) -> int:
    """How many classes a model adds to the config's for what is no object."""
    if message.model.HasField("ssd"):
        return int(message.model.ssd.add_background_class)
    return int(message.model.HasField("faster_rcnn"))


def small(name: str, folder: Path) -> Message:
    """The template with the smallest input from 128 pixels on that its backbone takes, and few proposals."""
    message = read_template(name).message()
    extractor = architecture(message, name).feature_extractor
    step = side_step(extractor)
    set_image_size(message, max(least_side(extractor), -(-SMALL_SIDE // step) * step), name)
    if message.model.HasField("faster_rcnn"):
        limit_proposals(message.model.faster_rcnn)
    if tasks := message.model.center_net.keypoint_estimation_task:
        message.model.center_net.keypoint_label_map_path = str(write_keypoint_names(folder, tasks[0]))
    return message


def limit_proposals(faster_rcnn: Message) -> None:
    """The head runs on each of them: 300 of Mask R-CNN's take minutes on a CPU."""
    faster_rcnn.first_stage_max_proposals = faster_rcnn.second_stage_batch_size = FEW_PROPOSALS
    nms = faster_rcnn.second_stage_post_processing.batch_non_max_suppression
    nms.max_detections_per_class = nms.max_total_detections = FEW_PROPOSALS


def write_keypoint_names(folder: Path, task: Message) -> Path:
    labels = "".join(
        f'keypoints {{ id: {number} label: "{name}" }}\n'
        for number, name in enumerate(sorted(task.keypoint_label_to_std))
    )
    path = folder / "keypoints.pbtxt"
    path.write_text(f'item {{ id: 1 name: "{task.keypoint_class_name}"\n{labels}}}\n', encoding="utf-8")
    return path


def keep_predictions(model: Any) -> dict[str, Any]:
    """What the model's ``predict`` gives from now on, by name."""
    kept: dict[str, Any] = {}
    predict = model.predict

    def predict_and_keep(*arguments: Any) -> Any:
        kept.update(predict(*arguments))
        return kept

    model.predict = predict_and_keep
    return kept


def last_axis(predicted: dict[str, Any], *names: str) -> int:
    value = next(predicted[name] for name in names if name in predicted)
    return int((value[-1] if isinstance(value, list) else value).shape[-1])

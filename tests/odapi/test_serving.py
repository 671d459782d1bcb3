from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tfodkit.errors import CheckpointError, ExportError
from tfodkit.odapi.serving import ServingModel, load_serving_model


def test_a_model_that_needs_more_than_a_picture_is_refused() -> None:
    text = "model { faster_rcnn { context_config { max_num_context_features: 10 } } }"
    with pytest.raises(ExportError, match=r"context_config makes a Context R-CNN"):
        load_serving_model(text, Path("ckpt-1"))


@pytest.fixture(scope="module")
def serving(tiny_config: str, tiny_run: Path) -> ServingModel:
    return load_serving_model(tiny_config, tiny_run / "best" / "ckpt-7")


@pytest.mark.tensorflow
def test_outputs_are_those_of_upstreams_exporter(serving: ServingModel) -> None:
    outputs = serving.detect(np.zeros((1, 50, 70, 3), np.uint8))
    assert {name: array.shape for name, array in outputs.items()} == {
        "detection_boxes": (1, 100, 4),
        "detection_scores": (1, 100),
        "detection_classes": (1, 100),
        "detection_multiclass_scores": (1, 100, 4),
        "detection_anchor_indices": (1, 100),
        "num_detections": (1,),
        "raw_detection_boxes": (1, outputs["raw_detection_boxes"].shape[1], 4),
        "raw_detection_scores": (1, outputs["raw_detection_boxes"].shape[1], 4),
    }
    assert {array.dtype.name for array in outputs.values()} == {"float32"}
    assert set(np.unique(outputs["detection_classes"])) <= {1, 2, 3}


@pytest.mark.tensorflow
def test_a_batch_gives_what_its_pictures_give_alone(serving: ServingModel) -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, 64, 80, 3), np.uint8)
    together = serving.detect(images)
    for index in range(3):
        alone = serving.detect(images[index : index + 1])
        np.testing.assert_allclose(together["detection_scores"][index], alone["detection_scores"][0], atol=1e-5)


@pytest.mark.tensorflow
def test_the_graph_takes_any_batch_and_any_size(serving: ServingModel) -> None:
    (spec,) = serving.concrete_function.structured_input_signature[0]
    assert (spec.name, spec.shape.as_list(), spec.dtype.name) == ("input_tensor", [None, None, None, 3], "uint8")


def with_averages(config: str) -> str:
    trained = config.replace("use_moving_average: false", "use_moving_average: true")
    return trained.replace("eval_config {", "eval_config { use_moving_averages: true")


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore:.*set_learning_phase:UserWarning")
def test_moving_averages_take_the_place_of_the_weights(tiny_config: str, tiny_run: Path, tmp_path: Path) -> None:
    import tensorflow as tf
    from object_detection.builders import optimizer_builder

    from tfodkit.odapi import pipeline
    from tfodkit.odapi.model import build_model, restore_model

    text = with_averages(tiny_config)
    model = build_model(text, is_training=True)
    restore_model(model, tiny_run / "best" / "ckpt-7")
    optimizer, _ = optimizer_builder.build(pipeline.parse(text).train_config.optimizer)
    optimizer.shadow_copy(model)
    for number, variable in enumerate(model.trainable_variables):
        optimizer.get_slot(variable, "average").assign(tf.fill(variable.shape, number / 1000))
    checkpoint = tf.train.Checkpoint(step=tf.Variable(1), model=model, optimizer=optimizer).save(str(tmp_path / "ckpt"))

    served = load_serving_model(text, Path(checkpoint))

    assert served.averaged
    for number, variable in enumerate(served._model.trainable_variables):
        np.testing.assert_allclose(variable.numpy(), number / 1000, rtol=1e-6)


@pytest.mark.tensorflow
def test_averages_that_are_promised_but_absent_are_an_error(tiny_config: str, tiny_run: Path) -> None:
    with pytest.raises(CheckpointError, match="holds no moving averages"):
        load_serving_model(with_averages(tiny_config), tiny_run / "best" / "ckpt-7")

"""Whole models of the templates, small: drawn weights, converted, run, and held to what TensorFlow makes of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tfodkit.exporting.job import ExportJob, open_job
from tfodkit.exporting.parity import compare
from tfodkit.exporting.sample import draw_sample
from tfodkit.exporting.tflite.conversion import Numbers, writer
from tfodkit.inference.runtime import ModelOutputs
from tfodkit.inference.tflite import TFLiteRuntime

pytestmark = pytest.mark.slow

TEMPLATES = {
    "ssd_mobilenet_v2_320x320_coco17": 128,
    "efficientdet_d0_512x512_coco17": 256,
    "centernet_mobilenetv2fpn_512x512_coco17_od": 128,
}
INTEGERS = tuple(name for name in TEMPLATES if "centernet" not in name)
CLASSES = ("bagel", "mug", "žemľa")
SEED = 7


@pytest.fixture(scope="module", params=TEMPLATES)
def drawn(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ExportJob:
    folder = tmp_path_factory.mktemp(request.param)
    config = write_small_config(folder / "pipeline.config", request.param, TEMPLATES[request.param])
    items = (f'item {{ name: "{name}" id: {number} }}\n' for number, name in enumerate(CLASSES, start=1))
    (folder / "label_map.pbtxt").write_text("".join(items), encoding="utf-8")
    save_drawn_weights(config.read_text(encoding="utf-8"), folder)
    return open_job(config, folder / "ckpt-1", folder / "label_map.pbtxt")


def write_small_config(path: Path, template: str, side: int) -> Path:
    from tfodkit.config.model.image_size import set_image_size
    from tfodkit.config.pipeline import format_pipeline
    from tfodkit.config.templates import read_template

    pipeline = read_template(template).message()
    set_image_size(pipeline, side, template)
    getattr(pipeline.model, pipeline.model.WhichOneof("model")).num_classes = len(CLASSES)
    path.write_text(format_pipeline(pipeline), encoding="utf-8")
    return path


def save_drawn_weights(config_text: str, folder: Path) -> None:
    import tensorflow as tf

    from tfodkit.odapi.model import build_model, create_variables

    model = build_model(config_text, is_training=True)
    create_variables(model)
    generator = np.random.default_rng(SEED)
    for variable in model.variables:
        if "kernel" in variable.name and len(variable.shape) > 1:
            inputs = np.prod(variable.shape[: 2 if "depthwise" in variable.name else -1])
            variable.assign(generator.normal(0, np.sqrt(1.5 / inputs), variable.shape).astype(np.float32))
        elif variable.shape == [2]:  # a CenterNet's sizes, which would be 0 or less
            variable.assign(np.array([6, 9], np.float32))
    checkpoint = tf.train.Checkpoint(model=model)
    tf.train.CheckpointManager(checkpoint, str(folder), max_to_keep=1).save(1)


def expected_of(job: ExportJob, picture: NDArray[np.uint8]) -> ModelOutputs:
    return ModelOutputs.from_batch(job.model.detect(picture[np.newaxis]))[0]


def test_float32_detects_what_the_checkpoint_detects(drawn: ExportJob, tmp_path: Path) -> None:
    writer(Numbers.FLOAT32)(drawn, tmp_path / "model.tflite")
    runtime = TFLiteRuntime(tmp_path / "model.tflite")
    seen = 0
    for picture in draw_sample().pictures:
        difference = compare(expected_of(drawn, picture), runtime.run(picture[np.newaxis])[0])
        assert difference.score <= 1e-4
        assert difference.box <= 1e-3
        seen += difference.detections
    assert seen >= 20, "too little was compared to mean something"


@pytest.mark.parametrize("drawn", INTEGERS, indirect=True)
def test_integers_are_fed_bytes_and_keep_the_best_score_about_where_it_was(drawn: ExportJob, tmp_path: Path) -> None:
    pictures = draw_sample().pictures
    writer(Numbers.INT8)(replace(drawn, training_pictures=lambda _: iter(pictures)), tmp_path / "model.tflite")
    runtime = TFLiteRuntime(tmp_path / "model.tflite")
    (image,) = runtime._interpreter.get_input_details()
    assert image["dtype"] == np.uint8
    assert image["quantization"] == (1.0, 0), "a byte is a value of the picture"
    for picture in pictures:
        expected, found = expected_of(drawn, picture), runtime.run(picture[np.newaxis])[0]
        assert abs(float(found.scores[0]) - float(expected.scores[0])) <= 0.15

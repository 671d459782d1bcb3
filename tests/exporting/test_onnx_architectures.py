"""Every architecture that ONNX is promised to hold, at a small size, with weights that were drawn."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tfodkit.config.model.image_size import set_image_size
from tfodkit.config.pipeline import format_pipeline
from tfodkit.config.templates import read_template
from tfodkit.exporting import ExportOptions, ExportSource, export_checkpoint

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

SIDES = {
    "ssd_mobilenet_v2_320x320_coco17": 160,
    "efficientdet_d0_512x512_coco17": 256,
    "faster_rcnn_resnet50_v1_640x640_coco17": 128,
    "centernet_resnet50_v1_fpn_512x512_coco17": 128,
}
CLASSES = ("bagel", "mug", "tray")
GAIN = {
    "faster_rcnn_resnet50_v1_640x640_coco17": 0.8,
    "efficientdet_d0_512x512_coco17": 3.0,
    "centernet_resnet50_v1_fpn_512x512_coco17": 0.3,
}
"""Of a layer's variance: below 1 where sums of many layers saturate every score, above where swish takes most of it."""


@pytest.fixture(autouse=True)
def one_at_a_time() -> Iterator[None]:
    yield
    import tensorflow as tf

    tf.keras.backend.clear_session()
    gc.collect()


@pytest.mark.parametrize("name", SIDES)
def test_it_detects_what_the_checkpoint_detects(name: str, tmp_path: Path) -> None:
    source = write_source(name, tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        manifest = export_checkpoint(source, tmp_path / "exported", options=ExportOptions(formats=("onnx",)))
    (parity,) = manifest.parity
    assert parity.detections >= 100, "too little was compared to mean something"
    assert parity.score_difference <= 1e-4
    assert parity.box_difference is not None
    assert parity.box_difference <= 1e-3


def write_source(name: str, folder: Path) -> ExportSource:
    """The template for three classes at its small size, its kernels drawn anew so that scores are all over."""
    import tensorflow as tf

    from tfodkit.odapi.model import build_model, create_variables

    message = read_template(name).message()
    set_image_size(message, SIDES[name], name)
    getattr(message.model, message.model.WhichOneof("model")).num_classes = len(CLASSES)
    config = folder / "pipeline.config"
    config.write_text(format_pipeline(message))
    labels = "".join(f'item {{ name: "{label}" id: {number} }}\n' for number, label in enumerate(CLASSES, start=1))
    (folder / "label_map.pbtxt").write_text(labels)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = build_model(config.read_text(), is_training=True)
        create_variables(model)
    generator = np.random.default_rng(0)
    for variable in model.variables:
        if "kernel" in variable.name:
            inputs = np.prod(variable.shape[: 2 if "depthwise" in variable.name else -1])
            spread = np.sqrt(GAIN.get(name, 1.0) / inputs)
            variable.assign(generator.normal(0, spread, variable.shape).astype(np.float32))
    checkpoint = tf.train.Checkpoint(model=model).save(str(folder / "ckpt"))
    return ExportSource(config, Path(checkpoint), folder / "label_map.pbtxt")

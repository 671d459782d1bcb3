"""Every form that can hold an architecture detects what its checkpoint detects: the promise of tfodkit export.

The models are those of templates, made small: 3 classes, small pictures. Their weights are drawn so that scores lie
apart, or else equal ones could change places unseen. Forms of fewer bits are left out: they are held to what a model is
sure of, which a model that learned nothing is not; the tiny export has them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import pytest

from tests.drawn_weights import save_drawn_weights
from tfodkit.config.model.image_size import set_image_size
from tfodkit.config.pipeline import format_pipeline, parse_pipeline, read_pipeline
from tfodkit.config.templates import read_template
from tfodkit.exporting import ExportOptions, ExportSource, export_checkpoint
from tfodkit.exporting.forms import FORMS

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]


@dataclass(frozen=True)
class Small:
    """A template with ``size`` pixels a side; ``gain`` is of its drawn weights."""

    template: str
    size: int
    gain: float


MODELS = (
    Small("ssd_mobilenet_v2_320x320_coco17", 96, 1.0),
    Small("efficientdet_d0_512x512_coco17", 256, 1.05),
    Small("faster_rcnn_resnet50_v1_640x640_coco17", 128, 0.5),
    Small("centernet_resnet50_v2_512x512_coco17", 128, 0.88),
)


def write_source(folder: Path, small: Small) -> ExportSource:
    """Config, label map and checkpoint of a small model."""
    pipeline = parse_pipeline(read_template(small.template).text, small.template)
    set_image_size(pipeline, small.size, small.template)
    model = getattr(pipeline.model, pipeline.model.WhichOneof("model"))
    model.num_classes = 3
    if pipeline.model.HasField("faster_rcnn"):
        model.first_stage_max_proposals = model.second_stage_batch_size = 50
    del pipeline.eval_input_reader[:]
    text = format_pipeline(pipeline)
    (folder / "pipeline.config").write_text(text)
    names = (f'item {{ name: "{name}" id: {number} }}\n' for number, name in enumerate(("bagel", "mug", "tart"), 1))
    (folder / "label_map.pbtxt").write_text("".join(names))
    save_drawn_weights(text, folder / "checkpoint", step=0, gain=small.gain)
    return ExportSource.find(folder)


@pytest.mark.parametrize("small", MODELS, ids=lambda small: small.template)
def test_every_form_that_can_hold_a_model_detects_what_its_checkpoint_detects(small: Small, tmp_path: Path) -> None:
    """In a process of its own: what converting leaves in memory, gigabytes of a large model, is never given back."""
    process = get_context("spawn").Process(target=export_small, args=(small, tmp_path))
    process.start()
    process.join()
    assert process.exitcode == 0
    content = json.loads((tmp_path / "exported" / "export.json").read_text(encoding="utf-8"))
    held = tuple(json.loads((tmp_path / "held.json").read_text(encoding="utf-8")))
    assert held[:2] == ("saved_model", "frozen_graph")
    assert tuple(parity["format"] for parity in content["parity"]) == held
    for parity in content["parity"]:
        assert parity["detections"] >= 50, "too little was compared to mean something"


def export_small(small: Small, folder: Path) -> None:
    """Export a small model below ``folder``, in every form of full precision that can hold it."""
    source = write_source(folder, small)
    pipeline = read_pipeline(source.config)
    held = tuple(form.format.name for form in FORMS if form.gate.box is not None and form.refusal(pipeline) is None)
    (folder / "held.json").write_text(json.dumps(held))
    export_checkpoint(source, folder / "exported", options=ExportOptions(formats=held, pictures=4))

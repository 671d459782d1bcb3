"""The two lanes of the Object Detection API: a model is built by TensorFlow 1's builders or by TensorFlow 2's.

Which of them is told by the ``type`` of its feature extractor alone. The names of TensorFlow 1 are the keys of the maps
in ``object_detection/builders/model_builder.py`` (2.8.0), which can be read there only in a process that is in
TensorFlow 1's mode; ``tests/config/test_lane.py`` reads them off the file.
"""

from __future__ import annotations

from enum import StrEnum

from tfodkit.config.pipeline import Message


class Lane(StrEnum):
    """Whose models and loop a config is for."""

    TF1 = "TF1"
    TF2 = "TF2"


NEAREST_TEMPLATES = {
    "ssd_inception_v2": "ssd_mobilenet_v2_fpnlite_320x320_coco17",
    "ssd_inception_v3": "ssd_mobilenet_v2_fpnlite_320x320_coco17",
    "ssd_mobilenet_v1": "ssd_mobilenet_v2_320x320_coco17",
    "ssd_mobilenet_v1_fpn": "ssd_mobilenet_v1_fpn_640x640_coco17",
    "ssd_mobilenet_v1_ppn": "ssd_mobilenet_v1_fpn_640x640_coco17",
    "ssd_mobilenet_v2": "ssd_mobilenet_v2_320x320_coco17",
    "ssd_mobilenet_v2_fpn": "ssd_mobilenet_v2_fpnlite_320x320_coco17",
    "ssd_mobilenet_v2_mnasfpn": "ssd_mobilenet_v2_fpnlite_320x320_coco17",
    "ssd_mobilenet_v3_large": "ssd_mobilenet_v2_320x320_coco17",
    "ssd_mobilenet_v3_small": "ssd_mobilenet_v2_320x320_coco17",
    "ssd_mobilenet_edgetpu": "ssd_mobilenet_v2_320x320_coco17",
    **{f"ssd_resnet{depth}_v1_fpn": f"ssd_resnet{depth}_v1_fpn_640x640_coco17" for depth in (50, 101, 152)},
    **{f"ssd_resnet{depth}_v1_ppn": f"ssd_resnet{depth}_v1_fpn_640x640_coco17" for depth in (50, 101, 152)},
    "embedded_ssd_mobilenet_v1": "ssd_mobilenet_v2_320x320_coco17",
    "ssd_pnasnet": "efficientdet_d3_896x896_coco17",
    **{f"ssd_mobiledet_{chip}": "ssd_mobilenet_v2_320x320_coco17" for chip in ("cpu", "dsp", "edgetpu", "gpu")},
    "ssd_spaghettinet": "ssd_mobilenet_v2_320x320_coco17",
    "faster_rcnn_nas": "faster_rcnn_inception_resnet_v2_1024x1024_coco17",
    "faster_rcnn_pnas": "faster_rcnn_inception_resnet_v2_1024x1024_coco17",
    "faster_rcnn_inception_resnet_v2": "faster_rcnn_inception_resnet_v2_640x640_coco17",
    "faster_rcnn_inception_v2": "faster_rcnn_resnet50_v1_640x640_coco17",
    **{f"faster_rcnn_resnet{depth}": f"faster_rcnn_resnet{depth}_v1_640x640_coco17" for depth in (50, 101, 152)},
}
"""By each of TensorFlow 1's feature extractors: the template of the same one in TensorFlow 2, or of the next to it in
speed and accuracy."""


def lane_of(pipeline: Message) -> Lane:
    """The lane of a config's model: TensorFlow 2 unless the feature extractor is known as one of TensorFlow 1.

    >>> from tfodkit.config.pipeline import parse_pipeline
    >>> lane_of(parse_pipeline('model { ssd { feature_extractor { type: "ssd_mobilenet_v1" } } }', "my.config"))
    <Lane.TF1: 'TF1'>
    """
    return Lane.TF1 if extractor_type(pipeline) in NEAREST_TEMPLATES else Lane.TF2


def nearest_template(pipeline: Message) -> str:
    """The template to take in place of a model of TensorFlow 1; with masks where the model has some."""
    if pipeline.model.faster_rcnn.number_of_stages == _STAGES_WITH_MASKS:
        return "mask_rcnn_inception_resnet_v2_1024x1024_coco17"
    return NEAREST_TEMPLATES[extractor_type(pipeline)]


def lane_notes(pipeline: Message) -> list[str]:
    """A sentence for whoever makes a config of a model of TensorFlow 1; none for one of TensorFlow 2."""
    if lane_of(pipeline) is Lane.TF2:
        return []
    nearest = f"its nearest of TensorFlow 2 is --template {nearest_template(pipeline)}"
    return [f"{extractor_type(pipeline)} is a model of lane TF1, which tfodkit train can't run yet; {nearest}"]


def extractor_type(pipeline: Message) -> str:
    """The ``type`` of the model's feature extractor; blank where there is none."""
    model = pipeline.model
    kind = model.WhichOneof("model")
    extractor = getattr(getattr(model, kind), "feature_extractor", None) if kind else None
    return str(extractor.type) if extractor is not None else ""


_STAGES_WITH_MASKS = 3

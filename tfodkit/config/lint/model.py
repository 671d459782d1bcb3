"""Rules about ``model``: what the Object Detection API's builders refuse, and what nothing of TensorFlow 2 reads."""

from __future__ import annotations

from collections.abc import Iterator

from tfodkit.config.lane import Lane, extractor_type, lane_of, nearest_template
from tfodkit.config.lint import rules
from tfodkit.config.lint.faults import Fault
from tfodkit.config.model.architecture import ARCHITECTURES
from tfodkit.config.model.feature_extractors import FEATURE_EXTRACTORS
from tfodkit.config.model.input_grid import least_side, side_step
from tfodkit.config.pipeline import Message
from tfodkit.nearest import nearest_names

NEEDED_PARTS = {
    "ssd": (
        "image_resizer",
        "box_coder",
        "matcher",
        "similarity_calculator",
        "box_predictor",
        "anchor_generator",
        "loss",
    ),
    "faster_rcnn": ("image_resizer", "first_stage_anchor_generator", "second_stage_box_predictor"),
    "center_net": ("image_resizer", "object_center_params"),
}
"""What the builders end without, by meta-architecture; all else has values of its own."""


def model_faults(message: Message) -> Iterator[Fault]:
    """All of the ``model``, and of the ``graph_rewriter``, which would change it."""
    kind = message.model.WhichOneof("model")
    if kind not in ARCHITECTURES:
        what = f"model must hold one of {', '.join(ARCHITECTURES)}, but got {kind or 'none'}"
        yield Fault(rules.MODEL_UNKNOWN, "model", what)
        return
    model = getattr(message.model, kind)
    if model.num_classes < 1:
        what = f"{kind}.num_classes must be 1 or more, but got {model.num_classes}"
        yield Fault(rules.CLASSES_NONE, f"model.{kind}.num_classes", what)
    yield from _extractor(message, kind)
    for part in NEEDED_PARTS[kind]:
        if not model.HasField(part):
            yield Fault(rules.PART_ABSENT, f"model.{kind}", f"{kind} has no {part}")
    yield from _input_sides(model, f"model.{kind}.image_resizer.fixed_shape_resizer")
    if message.HasField("graph_rewriter"):
        what = "graph_rewriter asks for training with quantization, which needs tf.contrib"
        yield Fault(rules.QUANTIZED, "graph_rewriter", what)


def _extractor(message: Message, kind: str) -> Iterator[Fault]:
    extractor, place = extractor_type(message), f"model.{kind}.feature_extractor.type"
    if lane_of(message) is Lane.TF1:
        what = f"{extractor} is a model of TensorFlow 1, which can't be trained yet; take {nearest_template(message)}"
        yield Fault(rules.LANE_TF1, place, what)
    elif extractor not in FEATURE_EXTRACTORS[kind]:
        what = f"{kind}.feature_extractor.type must be one of TensorFlow 2's, but got {extractor!r}"
        nearest = nearest_names(extractor, FEATURE_EXTRACTORS[kind]).rstrip(".")
        yield Fault(rules.EXTRACTOR_UNKNOWN, place, f"{what}. {nearest}")


def _input_sides(model: Message, place: str) -> Iterator[Fault]:
    """Of a fixed size: others pad pictures to what the model takes, or are not known before."""
    if model.image_resizer.WhichOneof("image_resizer_oneof") != "fixed_shape_resizer":
        return
    sides = model.image_resizer.fixed_shape_resizer
    step, least = side_step(model.feature_extractor), least_side(model.feature_extractor)
    for name, side in (("width", sides.width), ("height", sides.height)):
        if side < least or side % step:
            need = f"a multiple of {step} from {least} on" if step > 1 else f"{least} or more"
            yield Fault(rules.SIDE_UNFIT, f"{place}.{name}", f"the input's {name} must be {need}, but got {side}")

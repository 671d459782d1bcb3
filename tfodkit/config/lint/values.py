"""Rules about numbers of the ``model`` and its optimizer that the builders of the Object Detection API refuse."""

from __future__ import annotations

from collections.abc import Iterator

from tfodkit.config.learning.optimizers import optimizer_name
from tfodkit.config.lint import rules
from tfodkit.config.lint.faults import Fault
from tfodkit.config.model.architecture import ARCHITECTURES
from tfodkit.config.model.detections import suppression
from tfodkit.config.pipeline import Message


def value_faults(message: Message) -> Iterator[Fault]:
    """Of each pair of fields that has to fit, and each number with bounds; the builders name neither file nor line."""
    kind = message.model.WhichOneof("model")
    if kind not in ARCHITECTURES:
        return
    model, place = getattr(message.model, kind), f"model.{kind}"
    if (found := suppression(kind, model)) is not None:
        part = "second_stage_post_processing" if kind == "faster_rcnn" else "post_processing"
        yield from _suppression(found, f"{place}.{part}.batch_non_max_suppression")
    if kind == "ssd":
        yield from _matcher(model.matcher.argmax_matcher, f"{place}.matcher.argmax_matcher")
    if kind == "faster_rcnn":
        yield from _share(model, "first_stage_nms_iou_threshold", place)
    yield from _resizer(model.image_resizer.keep_aspect_ratio_resizer, f"{place}.image_resizer")
    yield from _momentum(message.train_config.optimizer)


def _suppression(suppression: Message, place: str) -> Iterator[Fault]:
    yield from _share(suppression, "iou_threshold", place)
    of_class, total = suppression.max_detections_per_class, suppression.max_total_detections
    if of_class > total:
        what = f"max_detections_per_class {of_class} > max_total_detections {total}"
        yield _refused(f"{place}.max_detections_per_class", what)


def _matcher(matcher: Message, place: str) -> Iterator[Fault]:
    matched, unmatched = matcher.matched_threshold, matcher.unmatched_threshold
    if unmatched > matched and not matcher.ignore_thresholds:
        yield _refused(
            f"{place}.unmatched_threshold", f"unmatched_threshold {unmatched:g} > matched_threshold {matched:g}"
        )


def _resizer(sides: Message, place: str) -> Iterator[Fault]:
    short, long = sides.min_dimension, sides.max_dimension
    if short > long:
        what = f"min_dimension {short} > max_dimension {long}"
        yield _refused(f"{place}.keep_aspect_ratio_resizer.min_dimension", what)


def _momentum(optimizer: Message) -> Iterator[Fault]:
    if optimizer_name(optimizer) == "momentum":
        yield from _share(
            optimizer.momentum_optimizer, "momentum_optimizer_value", "train_config.optimizer.momentum_optimizer"
        )


def _share(message: Message, name: str, place: str) -> Iterator[Fault]:
    value = getattr(message, name)
    if not 0 <= value <= 1:
        yield _refused(f"{place}.{name}", f"{name} must be 0 to 1, but got {value:g}")


def _refused(field: str, what: str) -> Fault:
    return Fault(rules.VALUE_REFUSED, field, what)

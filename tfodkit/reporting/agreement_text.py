"""How far two sets of labels agree, as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tfodkit.evaluation.comparing.agreement import Agreement, ImageAgreement
from tfodkit.records.columns import aligned
from tfodkit.wording import counted, figure
from tfodkit.workflow.compare import Comparison

SHOWN_IMAGES = 20
SHOWN_NAMES = 5


def agreement_lines(comparison: Comparison) -> Iterator[str]:
    """The figures of all boxes, the classes, who is called what, and the images that differ most."""
    agreement = comparison.agreement
    yield f"A: {comparison.a.place}"
    yield f"B: {comparison.b.place}"
    yield from _left_out(comparison)
    yield ""
    yield from _figures(agreement)
    yield ""
    yield from aligned([("class", "in A", "in B", "agreed", "F1"), *_class_cells(agreement)])
    if agreement.disagreements:
        yield ""
        rows = [(a, b, f"{count:,}") for a, b, count in agreement.disagreements]
        yield from aligned([("called in A", "in B", "boxes"), *rows], words=2)
    yield ""
    yield from _images(agreement.ranked)


def _left_out(comparison: Comparison) -> Iterator[str]:
    agreement = comparison.agreement
    for name, labels, unmatched in (
        ("A", comparison.a, agreement.unmatched_a),
        ("B", comparison.b, agreement.unmatched_b),
    ):
        if unmatched:
            more = ", …" if len(unmatched) > SHOWN_NAMES else ""
            yield f"{counted(len(unmatched), 'image')} only in {name}: {', '.join(unmatched[:SHOWN_NAMES])}{more}"
        if labels.left_out:
            yield f"{counted(labels.left_out, 'box')} of zero size left out of {name}"


def _figures(agreement: Agreement) -> Iterator[str]:
    matched = len(agreement.matched)
    yield f"{counted(len(agreement.images), 'image')}, {counted(matched, 'box')} matched at an IoU of {agreement.iou:g}"
    yield f"{agreement.only_a:,} only in A, {agreement.only_b:,} only in B"
    other = sum(count for _, _, count in agreement.disagreements)
    yield f"{other:,} matched, but of another class"
    rows = (
        ("F1 of boxes", agreement.f1),
        ("F1 of boxes of the same class", agreement.class_f1),
        ("mean IoU of matched boxes", agreement.mean_iou),
        ("Cohen's kappa of their classes", agreement.kappa),
    )
    yield from aligned([(name, figure(value)) for name, value in rows])


def _class_cells(agreement: Agreement) -> Iterator[tuple[str, ...]]:
    for each in agreement.classes:
        yield (each.name, f"{each.boxes_a:,}", f"{each.boxes_b:,}", f"{each.agreed:,}", figure(each.f1))


def _images(ranked: Sequence[ImageAgreement]) -> Iterator[str]:
    if not ranked:
        yield "every box is the same in both"
        return
    titles = ("image", "only A", "only B", "other class", "matched", "mean IoU")
    yield from aligned([titles, *map(_image_cells, ranked[:SHOWN_IMAGES])])
    if len(ranked) > SHOWN_IMAGES:
        yield f"… and {len(ranked) - SHOWN_IMAGES:,} more that differ: see --csv"


def _image_cells(image: ImageAgreement) -> tuple[str, ...]:
    counts = (image.only_a, image.only_b, image.disagreements, image.matched)
    return (image.name, *(f"{len(each):,}" for each in counts), figure(image.mean_iou))

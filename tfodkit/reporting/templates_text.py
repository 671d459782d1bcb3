"""The ready-made templates as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tfodkit.config.template_facts import TemplateFacts
from tfodkit.records.columns import aligned

_TITLES = ("template", "COCO mAP", "ms", "GB", "input", "lane", "good for")


def template_lines(found: Sequence[TemplateFacts]) -> Iterator[str]:
    """A table, and what its figures are."""
    yield from aligned([_TITLES, *map(_cells, found)], words=len(_TITLES))
    yield ""
    yield "COCO mAP of boxes on COCO 2017's validation images, ms an image; both as published, -- where there is none."
    yield "GB: forecast for the model in training at batch 8, on the GPU where there is one."
    yield "tfodkit templates NAME prints one; tfodkit make-config --template NAME fits it to your records."


def _cells(facts: TemplateFacts) -> tuple[str, ...]:
    coco_map = "--" if facts.coco_map is None else f"{facts.coco_map:.1f}"
    speed = "--" if facts.speed_ms is None else str(facts.speed_ms)
    memory = "--" if facts.memory_gb is None else f"{facts.memory_gb:.1f}"
    size = facts.input.split(",")[0]
    return (facts.name, f"{coco_map:>8}", f"{speed:>3}", f"{memory:>5}", size, facts.lane, facts.good_for_shortly)

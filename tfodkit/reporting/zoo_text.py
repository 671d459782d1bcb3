"""The model zoo as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from tfodkit.records.columns import aligned
from tfodkit.wording import byte_words
from tfodkit.zoo import CachedModel, ListedModel

_TITLES = ("template", "model", "COCO mAP", "ms", "archive", "here")
_WORDS = 2
_NONE = "--"


def list_lines(models: Sequence[ListedModel], cache: Path) -> Iterator[str]:
    """A table, and what stands in it."""
    yield from aligned([_TITLES, *map(_cells, models)], words=_WORDS)
    yield ""
    yield "COCO mAP of boxes on COCO 2017's validation images, ms an image; both as published, -- where there is none."
    yield f"The archive's size is known once it was fetched. The cache is {cache}."
    yield "tfodkit zoo fetch NAME gets one; tfodkit make-config --checkpoint zoo gets the template's own."


def fetched_lines(model: CachedModel, *, was_here: bool) -> Iterator[str]:
    """Where a model is, and how to start from it."""
    yield f"{model.name}: {'in the cache' if was_here else f'fetched from {model.source}'}"
    yield f"  checkpoint  {model.checkpoint}"
    yield f"  sha256      {model.sha256 or 'none, it came from a folder'}"


def _cells(model: ListedModel) -> tuple[str, ...]:
    return (
        model.name,
        model.title,
        _NONE if model.coco_map is None else f"{model.coco_map:.1f}",
        _NONE if model.speed_ms is None else str(model.speed_ms),
        _NONE if model.archive_bytes is None else byte_words(model.archive_bytes),
        _here(model),
    )


def _here(model: ListedModel) -> str:
    if model.cached:
        return "yes"
    return "no" if model.bytes_here is None else f"{byte_words(model.bytes_here)} of it"

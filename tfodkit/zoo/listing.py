"""Every model of the zoo, and what of it is here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tfodkit.zoo.cache import bytes_here, cache_folder, cached_model
from tfodkit.zoo.catalogue import ZOO, ZooModel, zoo_models


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A model of the zoo."""

    name: str
    """The template's."""
    title: str
    published_name: str
    """The archive's."""
    address: str
    coco_map: float | None
    """As :class:`tfodkit.config.template_facts.TemplateFacts` has it; so has the next."""
    speed_ms: int | None
    archive_bytes: int | None
    """None until it was fetched: the zoo does not tell."""
    cached: Path | None
    """Its folder in the cache."""
    bytes_here: int | None
    """Of a download that broke off."""


def list_models(cache: Path | None = None) -> tuple[ListedModel, ...]:
    """All models, by name; ``cache`` is the one to look into, as of :func:`tfodkit.fetch_model`."""
    place = cache_folder(cache)
    return tuple(_listed(model, place) for model in zoo_models())


def _listed(model: ZooModel, cache: Path) -> ListedModel:
    here = cached_model(model.name, cache)
    return ListedModel(
        name=model.name,
        title=model.facts.title,
        published_name=model.published_name,
        address=f"{ZOO}/{model.archive}",
        coco_map=model.facts.coco_map,
        speed_ms=model.facts.speed_ms,
        archive_bytes=here.archive_bytes if here else None,
        cached=here.folder if here else None,
        bytes_here=bytes_here(model.name, cache),
    )

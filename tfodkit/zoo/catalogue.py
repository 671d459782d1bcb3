"""Which models the zoo has, by which names, and where their archives are.

The facts stand in the headers of the templates (``config/template_facts.py``). No checksums are published for these
archives, so there are none here; what an archive was at the first fetch is kept in the cache (``cache.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from tfodkit.config.template_facts import TemplateFacts
from tfodkit.config.templates import templates
from tfodkit.errors import UsageError
from tfodkit.nearest import nearest_names

ZOO = "https://download.tensorflow.org/models/object_detection/tf2"
"""Below it lie the archives, in a folder for each date."""
ARCHIVE = ".tar.gz"


@dataclass(frozen=True, slots=True)
class ZooModel:
    """A template with a published checkpoint."""

    facts: TemplateFacts
    archive: PurePosixPath
    """Below :data:`ZOO`: ``20200711/efficientdet_d0_coco17_tpu-32.tar.gz``."""

    @property
    def name(self) -> str:
        """The template's."""
        return self.facts.name

    @property
    def published_name(self) -> str:
        """The archive's, without its suffixes: as the zoo's own page and other people's notebooks have it."""
        return self.archive.name.removesuffix(ARCHIVE)


def zoo_models() -> tuple[ZooModel, ...]:
    """All models, by name."""
    return tuple(
        ZooModel(facts, PurePosixPath(facts.archive)) for facts in templates() if facts.archive and facts.lane == "TF2"
    )


def zoo_model(name: str) -> ZooModel:
    """The model of that name: a template's, or the one that its archive bears.

    Raises:
        UsageError: there is no such template, or none was published for it; with the nearest names.
    """
    models = zoo_models()
    for model in models:
        if name in (model.name, model.published_name):
            return model
    names = [model.name for model in models]
    if name in {facts.name for facts in templates()}:
        remedy = f"Leave --checkpoint out, or take another model. {nearest_names(name, names)}"
        raise UsageError(name, "the zoo has no checkpoint for this template", remedy)
    published = [model.published_name for model in models]
    raise UsageError(name, "the zoo has no such model", nearest_names(name, [*names, *published]))

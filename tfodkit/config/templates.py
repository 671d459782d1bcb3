"""The ready-made configs: one whole, valid ``pipeline.config`` for each model, named as the model zoo names it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tfodkit import resources
from tfodkit.config.lane import lane_notes
from tfodkit.config.old_fields import mend_first_step, parse_old_pipeline
from tfodkit.config.pipeline import Message, parse_pipeline, read_text
from tfodkit.config.template_facts import TemplateFacts, parse_facts
from tfodkit.errors import UsageError
from tfodkit.nearest import nearest_names

SUFFIX = ".config"


@dataclass(frozen=True, slots=True)
class Template:
    """A config to start from.

    ``name`` is a template's name or a path as the user gave it; ``is_own`` is true for a file of the user's.
    """

    name: str
    path: Path
    text: str
    is_own: bool

    def message(self) -> Message:
        """A fresh message of the template.

        Raises:
            ConfigError: the text does not parse, with file and line.
        """
        return parse_pipeline(self.text, str(self.path))

    def renewed(self) -> tuple[Message, tuple[str, ...]]:
        """A fresh message that today's Object Detection API takes, and a sentence on each thing mended for that.

        Raises:
            ConfigError: the text does not parse, with file and line.
        """
        message, old_fields = parse_old_pipeline(self.text, str(self.path))
        notes = [f"left out {old.field} of line {old.line}, which the API has no more" for old in old_fields]
        if mended := mend_first_step(message.train_config):
            notes.append(mended)
        return message, (*notes, *lane_notes(message))

    def facts(self) -> TemplateFacts:
        """What the header says; a file of the user's own need not have one.

        Raises:
            ConfigError: the header is not of the form that :mod:`tfodkit.config.template_facts` reads.
        """
        return parse_facts(self.name, self.text, str(self.path))


def templates() -> tuple[TemplateFacts, ...]:
    """What there is to know of every ready-made template, by name. Does not import TensorFlow.

    >>> next(facts.coco_map for facts in templates() if facts.name == "efficientdet_d0_512x512_coco17")
    33.6
    """
    return tuple(_read(name).facts() for name in template_names())


def template_names() -> list[str]:
    """The names of all templates, sorted."""
    return sorted(path.stem for path in resources.folder("templates").glob(f"*{SUFFIX}"))


def ready_template(name: str, *, where: str | None = None) -> Template:
    """The ready-made template of that name; ``where`` begins the error, and is the name unless given.

    Raises:
        UsageError: there is no such template; with the nearest names.
    """
    if name not in template_names():
        raise UsageError(where or name, "there is no such template", nearest_names(name, template_names()))
    return _read(name)


def read_template(name: str, *, asked_as: str = "--template") -> Template:
    """The template of that name, or the user's own file where ``name`` is the path of one.

    A template's name wins over a file of the same name in the working folder, which can be given as ``./name``.
    ``asked_as`` is what an error calls the place that ``name`` was given in.

    Raises:
        UsageError: there is neither such a template nor such a file.
        ConfigError: the file is no UTF-8 text.
    """
    path, ready = Path(name), template_names()
    if name not in ready and path.is_file():
        return Template(name, path, read_text(path), is_own=True)
    if path.suffix == SUFFIX and path.stem not in ready:
        raise UsageError(name, "no such config file", f"Check the path. {nearest_names(path.stem, ready)}")
    return ready_template(name, where=f"{asked_as} {name}")


def _read(name: str) -> Template:
    path = resources.folder("templates") / f"{name}{SUFFIX}"
    return Template(name, path, read_text(path), is_own=False)

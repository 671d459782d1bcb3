"""What a template's header says of it, as values: read strictly, so that the listing and the file never differ.

::

    # Faster R-CNN ResNet50 V1 640x640
    #
    # Good for: two stages on a GPU: few classes, exact boxes, crowds. Up to 300 detections an image.
    # Output:   boxes
    # COCO mAP: 29.3 (COCO 2017 validation, IoU .50:.95)
    # …                                                   one key of KEYS a line, in their order, all of them
    #           and what is longer goes on under its value
    #
    # Notes, as free paragraphs; there may be none.

    model {
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tfodkit.errors import ConfigError

KEYS = (
    "Good for",
    "Output",
    "COCO mAP",
    "Speed",
    "Input",
    "Memory",
    "Trained",
    "Lane",
    "Source",
    "Commit",
    "Archive",
    "Figures",
)
OUTPUTS = ("boxes", "masks", "keypoints")
LANES = ("TF1", "TF2")
_KEY_LINE = re.compile(r"# (?P<key>[A-Z][A-Za-z ]+): +(?P<value>\S.*)")
_MORE = "#           "
_FORMS = {
    "Output": re.compile(r"boxes(, (masks|keypoints))*"),
    "COCO mAP": re.compile(r"(?P<number>\d+\.\d)( .+)?|none\b.*"),
    "Speed": re.compile(r"(?P<number>\d+) ms an image\b.*|none\b.*"),
    "Memory": re.compile(r"about (?P<number>\d+(\.\d)?) GB\b.*|not measured\b.*"),
    "Lane": re.compile("|".join(LANES)),
    "Commit": re.compile(r"[0-9a-f]{40}|none"),
    "Archive": re.compile(r"\d{8}/[\w.-]+\.tar\.gz|none"),
}


@dataclass(frozen=True, slots=True)
class TemplateFacts:
    """What there is to know of a template before it is taken."""

    name: str
    title: str
    """The model's name for people."""
    good_for: str
    """One sentence that tells when to take it, and what else matters."""
    output: tuple[str, ...]
    """Of :data:`OUTPUTS`."""
    coco_map: float | None
    """Of boxes, in percent, on COCO 2017's validation images, as published; None where there is no such figure."""
    coco_map_said: str
    speed_ms: int | None
    """An image, as published, on the publisher's machine; None where there is no such figure."""
    speed_said: str
    input: str
    """Width x height of what the model sees, in pixels, and how a picture gets there."""
    memory_gb: float | None
    """To expect of the model in training, on the GPU where there is one, in 10^9 bytes; None where nobody measured."""
    memory_said: str
    """With the batch that it is for, and what lies beside the model; a test holds it to ``memory/forecast.py``."""
    trained: str
    """The published run: batch, learning rate, optimizer, steps."""
    lane: str
    """The TensorFlow whose models and loop it is for: one of :data:`LANES`."""
    source: str
    """The repository and the path in it."""
    commit: str | None
    """Of the source: 40 hexadecimal digits; None for what is our own."""
    archive: str | None
    """The published checkpoint: its path below the zoo's address; None where there is none."""
    figures: str
    """Where mAP and speed are from."""
    notes: tuple[str, ...]
    """What else to know, a paragraph each."""

    @property
    def good_for_shortly(self) -> str:
        """The first sentence of :attr:`good_for`, without its full stop."""
        return self.good_for.split(". ")[0].removesuffix(".")


def parse_facts(name: str, text: str, where: str) -> TemplateFacts:
    """The facts in the header of a template's ``text``; ``where`` names it in errors.

    Raises:
        ConfigError: the header is not of the form above; at ``where:line``.
    """
    title, values, notes = _header(text, where)
    return TemplateFacts(
        name=name,
        title=title,
        good_for=values["Good for"],
        output=tuple(values["Output"].split(", ")),
        coco_map=_number("COCO mAP", values),
        coco_map_said=values["COCO mAP"],
        speed_ms=None if (speed := _number("Speed", values)) is None else int(speed),
        speed_said=values["Speed"],
        input=values["Input"],
        memory_gb=_number("Memory", values),
        memory_said=values["Memory"],
        trained=values["Trained"],
        lane=values["Lane"],
        source=values["Source"],
        commit=_unless_none(values["Commit"]),
        archive=_unless_none(values["Archive"]),
        figures=values["Figures"],
        notes=notes,
    )


def _header(text: str, where: str) -> tuple[str, dict[str, str], tuple[str, ...]]:
    """The title, the value of every key, and the notes."""
    lines = text.split("\n\n", 1)[0].splitlines()
    if not lines or not lines[0].startswith("# ") or lines[1:2] != ["#"]:
        raise _malformed(where, 1, "the title must stand in the first line, over a line with # alone")
    end = next((number for number, line in enumerate(lines[2:], start=2) if line == "#"), len(lines))
    values: dict[str, str] = {}
    expected = iter(KEYS)
    for number, line in enumerate(lines[2:end], start=3):
        if line.startswith(_MORE) and values:
            key = next(reversed(values))
            values[key] += " " + line.removeprefix("#").strip()
            continue
        _take_key(line, values, expected, where=f"{where}:{number}")
    if absent := next(expected, None):
        raise _malformed(where, end, f"{absent} must follow, but the list ends")
    _check_forms(values, where)
    return lines[0].removeprefix("# "), values, _paragraphs(lines[end:])


def _take_key(line: str, values: dict[str, str], expected: Iterator[str], *, where: str) -> None:
    found, key = _KEY_LINE.fullmatch(line), next(expected, None)
    if key is None or found is None or found["key"] != key:
        raise ConfigError(where, f"{key or 'the end of the list'} must stand here, but got {line!r}", _REMEDY)
    values[key] = found["value"]


def _check_forms(values: dict[str, str], where: str) -> None:
    for key, form in _FORMS.items():
        if not form.fullmatch(values[key]):
            raise ConfigError(where, f"{key} must be of the form {form.pattern}, but got {values[key]!r}", _REMEDY)


def _paragraphs(lines: list[str]) -> tuple[str, ...]:
    text = "\n".join(line.removeprefix("#").strip() for line in lines)
    return tuple(" ".join(part.split()) for part in text.split("\n\n") if part.strip())


def _number(key: str, values: dict[str, str]) -> float | None:
    found = _FORMS[key].fullmatch(values[key])
    return float(found["number"]) if found and found["number"] else None


def _unless_none(value: str) -> str | None:
    return None if value == "none" else value


_REMEDY = "Write the header as tfodkit/config/template_facts.py has it."


def _malformed(where: str, line: int, what: str) -> ConfigError:
    return ConfigError(f"{where}:{line}", what, _REMEDY)

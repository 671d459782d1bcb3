"""Configs of 2017 and 2018, as the zoo's archives and many folders hold them, read as today's.

Two things in them are refused by the Object Detection API of today: a field that it has no more, and a multi-step
schedule whose first step is 0, which sets the rate that training starts with.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from google.protobuf import text_format

from tfodkit.config.learning.optimizers import learning_rate_of, optimizer_name
from tfodkit.config.parse_errors import old_field
from tfodkit.config.pipeline import Message, new_pipeline, parse_pipeline

_SCALAR = re.compile(r"\w+\s*:\s*[^\s{}#,;]+[,;]?")


@dataclass(frozen=True, slots=True)
class OldField:
    """A field that was left out of a text, and where it stood."""

    field: str
    """With its message: ``SsdFeatureExtractor.batch_norm_trainable``."""
    line: int


def parse_old_pipeline(text: str, where: str) -> tuple[Message, tuple[OldField, ...]]:
    """The message that ``text`` spells, and the fields that were left out of it because the API has them no more.

    Raises:
        ConfigError: as :func:`~tfodkit.config.pipeline.parse_pipeline`.
    """
    left_out: list[OldField] = []
    while (found := _first_old_field(text)) is not None:
        field, start, end = found
        left_out.append(OldField(field, text.count("\n", 0, start) + 1))
        text = text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]
    return parse_pipeline(text, where), tuple(left_out)


def mend_first_step(train_config: Message) -> str | None:
    """Where a multi-step schedule starts at step 0, let its rate be the initial one, in place; what was done."""
    if optimizer_name(train_config.optimizer) is None:
        return None
    learning_rate = learning_rate_of(train_config.optimizer)
    manual = learning_rate.manual_step_learning_rate
    if not manual.schedule or manual.schedule[0].step:
        return None
    rate = manual.schedule[0].learning_rate
    del manual.schedule[0]
    manual.initial_learning_rate = rate
    manual.warmup = False
    if not manual.schedule:
        learning_rate.constant_learning_rate.learning_rate = rate
    return f"schedule {{ step: 0 }} is taken for the rate to start with, {rate:g}"


def _first_old_field(text: str) -> tuple[str, int, int] | None:
    """Its name, and where in ``text`` it begins and ends; None where what can be read has none."""
    try:
        text_format.Parse(text, new_pipeline())
    except text_format.ParseError as error:
        found = old_field(error)
        if found is None:
            return None
        message, field = found
        above = text.split("\n")[: (error.GetLine() or 1) - 1]
        begin = sum(len(line) + 1 for line in above) + (error.GetColumn() or 1) - 1
        value = _SCALAR.match(text, begin)
        return (f"{message}.{field}", begin, value.end()) if value else None
    return None

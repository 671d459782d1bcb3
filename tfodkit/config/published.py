"""What a published configuration says, as two numbers: proof that a template says the same, without a copy of it.

Each is the SHA-256, in hexadecimal, of a message's text in UTF-8 as ``google.protobuf.text_format.MessageToString``
writes it with ``as_utf8=True`` and nothing else changed: every field that is set, in the order of the field numbers,
indented by two spaces, maps in the order of their keys, numbers as short as they read back. Comments, quotes and order
of the file are gone in it.

model:     of the ``model`` field: architecture, losses, post-processing, resizer; the published number of classes in it
training:  of the ``train_config`` field without ``fine_tune_checkpoint``, which is a path on somebody's machine

``tests/config/published.tsv`` holds both for every template, of the file at its source's path and commit, and
``scripts/published-digest FILE`` prints them.
"""

from __future__ import annotations

import hashlib

from google.protobuf import text_format

from tfodkit.config.parse_errors import parse_reason
from tfodkit.config.pipeline import Message, new_pipeline
from tfodkit.errors import ConfigError


def parse_published(text: str, where: str) -> Message:
    """The message of a published configuration; extensions that their authors kept to themselves are passed over.

    Raises:
        ConfigError: at ``where:line``, for anything else that does not parse.
    """
    message = new_pipeline()
    try:
        text_format.Parse(text, message, allow_unknown_extension=True)
    except text_format.ParseError as error:
        remedy = "Pass the file as it was published."
        raise ConfigError(f"{where}:{error.GetLine() or 1}", parse_reason(error, text), remedy) from error
    return message


def model_text(pipeline: Message) -> str:
    """What :func:`model_digest` is of."""
    return _canonical(pipeline.model)


def training_text(pipeline: Message) -> str:
    """What :func:`training_digest` is of."""
    train = type(pipeline.train_config)()
    train.CopyFrom(pipeline.train_config)
    train.ClearField("fine_tune_checkpoint")
    return _canonical(train)


def model_digest(pipeline: Message) -> str:
    """Of everything that makes the model, 64 hexadecimal digits."""
    return _digest(model_text(pipeline))


def training_digest(pipeline: Message) -> str:
    """Of batch, steps, optimizer, schedule and augmentation, 64 hexadecimal digits."""
    return _digest(training_text(pipeline))


def _canonical(message: Message) -> str:
    text: str = text_format.MessageToString(message, as_utf8=True)
    return text


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

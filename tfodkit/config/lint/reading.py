"""Rules about how the readers read: paths that a backslash spoilt, counts of 0, records left out.

What the records hold, and whether they fit the config, is for ``readers.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tfodkit.config.lint import rules
from tfodkit.config.lint.faults import Fault
from tfodkit.config.lint.readers import input_paths, named_readers
from tfodkit.config.pipeline import Message
from tfodkit.config.record_files import matching_files


def reading_faults(message: Message) -> Iterator[Fault]:
    """All of the paths, of the training reader, and of both kinds of readers beside each other."""
    for place, written in _paths(message):
        if not written.isprintable() and not matching_files(written):  # a class may be named so
            yield Fault(rules.PATH_ESCAPED, place, f"there is no {written!r}, which holds a character for a backslash")
    yield from _training(message.train_input_reader)
    trained_on = {path.resolve() for _, path in _records(message.train_input_reader, "train_input_reader")}
    for index, reader in enumerate(message.eval_input_reader):
        for place, path in _records(reader, f"eval_input_reader[{index}]"):
            if path.resolve() in trained_on:
                what = f"the record {path} is read for training as well"
                yield Fault(rules.VALIDATES_ON_TRAINING, place, what, "eval_input_reader")


def _training(reader: Message) -> Iterator[Fault]:
    counts = ["num_readers", *(["shuffle_buffer_size"] if reader.shuffle else [])]
    for name in counts:
        if not getattr(reader, name):
            what = f"train_input_reader.{name} must be 1 or more, but got 0"
            yield Fault(rules.COUNT_NONE, f"train_input_reader.{name}", what)
    if reader.num_epochs:
        what = f"train_input_reader.num_epochs is {reader.num_epochs}: the input ends then, whatever num_steps says"
        yield Fault(rules.INPUT_ENDS, "train_input_reader.num_epochs", what)
    if reader.sample_1_of_n_examples > 1:
        what = f"train_input_reader.sample_1_of_n_examples is {reader.sample_1_of_n_examples}"
        yield Fault(rules.RECORDS_LEFT_OUT, "train_input_reader.sample_1_of_n_examples", what)


def _paths(message: Message) -> Iterator[tuple[str, str]]:
    yield "train_config.fine_tune_checkpoint", message.train_config.fine_tune_checkpoint
    for place, reader in named_readers(message):
        yield f"{place}.label_map_path", reader.label_map_path
        yield from input_paths(reader, place)


def _records(reader: Message, place: str) -> Iterator[tuple[str, Path]]:
    return ((field, path) for field, pattern in input_paths(reader, place) for path in matching_files(pattern))

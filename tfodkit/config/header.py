"""The comment at the top of a made config: how it was made and what it comes to. No time, no machine."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator

from tfodkit.config.made import MadeConfig
from tfodkit.config.memory.words import memory_words
from tfodkit.config.model_section import ModelSetup

_FROM_RANDOM = "random weights; --checkpoint fine-tunes"


def header(made: MadeConfig, *, command: Iterable[str], version: str) -> str:
    """The comment lines, each starting with ``#``, ending with a newline."""
    lines = [
        f"Made by tfodkit {version}:",
        f"  {shlex.join(command)}",
        "",
        *facts(made),
        "",
        *records_table(made),
        "",
        *classes_table(made),
    ]
    return "".join(f"# {_printable(line)}".rstrip() + "\n" for line in lines)


def facts(made: MadeConfig) -> list[str]:
    """What the run comes to, a line each."""
    pairs = [
        ("template", made.template),
        ("classes", f"{len(made.classes)}: {', '.join(made.classes)}"),
        ("images", f"{made.train_images} to train on, {made.val_images} to validate on"),
        *_training(made),
        *_model(made.model),
        ("metrics", ", ".join(made.metrics)),
        *([("memory", memory_words(made.memory))] if made.memory else []),
        *(("note", note) for note in made.notes),
        *(("warning", warning) for warning in made.warnings),
    ]
    return [f"{name + ':':<15}{value}" for name, value in pairs]


def _training(made: MadeConfig) -> Iterator[tuple[str, str]]:
    setup = made.training
    yield "steps", f"{setup.steps} of {setup.batch_size} images: {made.epochs:.3g} epochs"
    yield "learning rate", f"{setup.learning_rate:g} ({setup.rate_origin})"
    yield "schedule", setup.schedule_words
    extras = []
    if setup.moving_average is not None:
        extras.append(f"weights averaged with {setup.moving_average:g}")
    if setup.gradient_clipping:
        extras.append(f"gradients clipped to {setup.gradient_clipping:g}")
    yield "optimizer", ", ".join([setup.optimizer, *extras])
    if setup.frozen:
        yield "frozen", ", ".join(setup.frozen)
    start = f"checkpoint {made.fine_tune_checkpoint}" if made.fine_tune_checkpoint else _FROM_RANDOM
    yield "start", start


def _model(model: ModelSetup) -> Iterator[tuple[str, str]]:
    yield "input", f"{model.input_size}{f', {model.resizer}' if model.resizer else ''}"
    if model.anchors is not None:
        yield "anchors", f"scales {_list(model.anchors.scales)}; aspect ratios {_list(model.anchors.aspect_ratios)}"
    yield "loss weights", ", ".join(f"{name} {weight:g}" for name, weight in model.loss_weights.items())
    yield "detections", str(model.detections)


def records_table(made: MadeConfig) -> list[str]:
    """The training records with weight and share of drawn images, a line each, under a line of titles."""
    width = max(len("record"), *(len(group.pattern) for group in made.records))
    lines = [f"{'record':<{width}}  images   boxes  weight   drawn"]
    for group in made.records:
        counts = f"{group.images:>6}  {group.boxes:>6}  {group.weight:>6g}  {group.share:>6.1%}"
        lines.append(f"{group.pattern:<{width}}  {counts}")
    return lines


def classes_table(made: MadeConfig) -> list[str]:
    """The classes with their shares of drawn images and of drawn boxes, a line each, under a line of titles."""
    width = max(len("class"), *(len(item.name) for item in made.drawn_classes))
    lines = [f"{'class':<{width}}  images   boxes  images drawn  boxes drawn"]
    for item in made.drawn_classes:
        counts = f"{item.images:>6}  {item.boxes:>6}  {item.image_share:>12.1%}  {item.box_share:>11.1%}"
        lines.append(f"{item.name:<{width}}  {counts}")
    return lines


def _list(values: Iterable[float]) -> str:
    return ", ".join(f"{value:g}" for value in values)


def _printable(line: str) -> str:
    """A class name may hold a line break, which would end the comment."""
    return "".join(letter if letter.isprintable() else "?" for letter in line)

"""What a work made, as text: its steps, then its models side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tfodkit.records.columns import aligned
from tfodkit.training.step_report import clock
from tfodkit.wording import figure
from tfodkit.workflow.ledger import Entry
from tfodkit.workflow.run import Done


def work_lines(done: Done) -> Iterator[str]:
    """A line a step, with what came out of it and how long it took to make; then a line a model."""
    yield f"{done.work.images} → {done.work.output}"
    yield ""
    yield from aligned([("step", "template", "", "took", "result"), *map(_step_cells, done.entries)], words=5)
    yield ""
    yield from aligned(list(_models(done)), words=1)
    yield ""
    is_idle = all(entry.state == "up to date" for entry in done.entries)
    yield "all of it was up to date" if is_idle else f"done in {clock(done.seconds)}"


def _step_cells(entry: Entry) -> tuple[str, ...]:
    return (entry.step, entry.template, entry.state, clock(entry.seconds), _result(entry.step, entry.figures))


def _result(step: str, figures: Mapping[str, Any]) -> str:
    match step:
        case "make-records":
            splits = ", ".join(f"{figures[name]} {name}" for name in ("train", "val", "test") if name in figures)
            return f"{len(figures['classes'])} classes, images: {splits}"
        case "make-config":
            return f"{figures['steps']:,} steps of {figures['batch_size']}, {figures['epochs']:.1f} epochs"
        case "train":
            return f"step {figures['step']:,}, {figures['why']}"
        case "eval":
            return f"mAP {figure(figures['mAP'])} on {figures['images']} images"
        case _:
            return f"{figures['bytes'] / 1e6:.1f} MB, same as {figures['checkpoint']}"


def _models(done: Done) -> Iterator[tuple[str, ...]]:
    yield ("model", "SavedModel MB", "training", "mAP", "mAP@.50")
    by_step = {(entry.step, entry.template): entry for entry in done.entries}
    for template in done.work.templates:
        trained, evaluated, exported = (by_step[step, template] for step in ("train", "eval", "export"))
        yield (
            template,
            f"{exported.figures['models']['saved_model/'] / 1e6:.1f}",
            clock(trained.seconds),
            figure(evaluated.figures["mAP"]),
            figure(evaluated.figures["mAP@.50"]),
        )

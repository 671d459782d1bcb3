"""Figures as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from tfodkit.evaluation.result import WORDING, EvaluationResult

ABSENT = -1.0  # how COCO's own tools print a figure that has no ground truth


def evaluation_lines(result: EvaluationResult) -> Iterator[str]:
    """The twelve figures in COCO's own wording, then the classes, the best average precision first."""
    for name, wording in WORDING.items():
        value = result.figures[name]
        yield f" {wording} = {ABSENT if value is None else value:.3f}"
    yield ""
    width = max(len("class"), *(len(figures.name) for figures in result.per_class))
    yield f" {'class':{width}}  {'objects':>7}  {'AP':>5}  {'AP50':>5}  {'AR100':>5}"
    for figures in sorted(result.per_class, key=lambda each: -(each.ap if each.ap is not None else ABSENT)):
        values = "  ".join(f"{_share(value):>5}" for value in (figures.ap, figures.ap50, figures.ar100))
        yield f" {figures.name:{width}}  {figures.ground_truths:>7}  {values}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"

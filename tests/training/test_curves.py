"""The picture of a run: that it is drawn whatever is in the tables, and what its panels hold."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from PIL import Image

from tfodkit.training import curves
from tfodkit.training.curves import draw_curves, points, smoothed
from tfodkit.training.metrics import StepTable

# matplotlib's parser imports it when it is loaded.
pytestmark = pytest.mark.filterwarnings("ignore:module 'sre_constants':DeprecationWarning")


@pytest.fixture
def axes(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The panels of the last picture that was drawn, which is not turned into pixels."""
    seen: list[object] = []

    def keep(figure: object) -> bytes:
        seen[:] = figure.axes  # type: ignore[attr-defined]
        return b"PNG"

    monkeypatch.setattr(curves, "png", keep)
    return seen


def write_tables(folder: Path, *, losses: list[float], figures: list[float | None]) -> tuple[Path, Path]:
    metrics, evaluations = StepTable(folder / "metrics.csv"), StepTable(folder / "evaluations.csv")
    for step, loss in enumerate(losses, 1):
        row = {"Loss/localization_loss": loss / 2, "Loss/total_loss": loss, "learning_rate": 0.1}
        metrics.add(step, {**row, "images_per_sec": 20.0 if step > 1 else None})
    for number, figure in enumerate(figures, 1):
        evaluations.add(10 * number, {"mAP": figure, "mAP@.50": None if figure is None else 1.5 * figure})
    return folder / "metrics.csv", folder / "evaluations.csv"


def lines_of(panel: object) -> dict[str, tuple[list[float], list[float]]]:
    return {line.get_label(): (list(line.get_xdata()), list(line.get_ydata())) for line in panel.lines}  # type: ignore[attr-defined]


def test_the_panels_show_losses_precision_rate_and_speed(tmp_path: Path, axes: list[object]) -> None:
    tables = write_tables(tmp_path, losses=[3.0, 2.0, 1.5], figures=[0.2, 0.4, 0.3])
    draw_curves(*tables, tmp_path / "curves.png", title="run", best_step=20)
    losses, precision, rate, speed = axes
    assert [panel.get_title("left") for panel in axes] == [  # type: ignore[attr-defined]
        "loss", "average precision of the validation images", "learning rate", "images/s",
    ]  # fmt: skip
    assert lines_of(losses)["total"] == ([1, 2, 3], [3.0, 2.0, 1.5])
    assert lines_of(losses)["localization"] == ([1, 2, 3], [1.5, 1.0, 0.75])
    assert lines_of(precision)["mAP"] == ([10, 20, 30], [0.2, 0.4, 0.3])
    assert "best: step 20" in lines_of(precision)
    assert [text.get_text() for text in precision.texts] == ["0.400", "0.600"]  # type: ignore[attr-defined]
    assert [list(values) for values in lines_of(rate).values()] == [[[1, 2, 3], [0.1, 0.1, 0.1]]]
    assert [list(values) for values in lines_of(speed).values()] == [[[2, 3], [20.0, 20.0]]]


@pytest.mark.parametrize(("losses", "scale"), [([3.0, 2.0, 1.0], "linear"), ([900.0, 2.0, 1.0], "log")])
def test_a_loss_that_begins_far_above_the_rest_does_not_hide_it(
    losses: list[float], scale: str, tmp_path: Path, axes: list[object]
) -> None:
    draw_curves(*write_tables(tmp_path, losses=losses, figures=[]), tmp_path / "curves.png", title="run")
    assert axes[0].get_yscale() == scale  # type: ignore[attr-defined]


@pytest.mark.parametrize("losses", [[], [math.nan, math.inf]])
def test_tables_without_a_number_are_drawn_empty(losses: list[float], tmp_path: Path, axes: list[object]) -> None:
    draw_curves(*write_tables(tmp_path, losses=losses, figures=[None]), tmp_path / "curves.png", title="a $run$")
    assert all(xy == ([], []) for panel in axes[:2] for xy in lines_of(panel).values())


def test_the_picture_is_a_png(tmp_path: Path) -> None:
    tables = write_tables(tmp_path, losses=[3.0, 2.0], figures=[0.2])
    draw_curves(*tables, tmp_path / "curves.png", title="a $run$", best_step=10)
    with Image.open(tmp_path / "curves.png") as image:
        assert image.format == "PNG"
        assert min(image.size) > 500


def test_points_leave_out_what_is_no_number() -> None:
    rows = [{"step": 1, "loss": None}, {"step": 2, "loss": 3.0}, {"step": 3, "loss": math.nan}, {"step": 4}]
    assert points(rows, "loss") == ([2], [3.0])


def test_smoothing_keeps_ends_level_lines_and_few_points() -> None:
    assert smoothed([1.0, 5.0, 2.0]) == [1.0, 5.0, 2.0]
    zigzag = [float(number % 2) for number in range(300)]
    flat = smoothed(zigzag)
    assert (flat[0], flat[-1], len(flat)) == (zigzag[0], zigzag[-1], 300)
    assert all(abs(value - 0.5) < 0.05 for value in flat[20:-20])

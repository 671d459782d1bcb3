from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from lxml import etree
from PIL import Image
from report_builders import make_analysis, make_scene, make_set, write_run

from tfodkit.evaluation.mistakes.values import Bin, Cause, Causes
from tfodkit.evaluation_report.curve_plots import MOST_NAMED, curve_plots, named_classes
from tfodkit.evaluation_report.plot import Plot, as_png, inline_svg, new_axes, stroke
from tfodkit.evaluation_report.table_plots import MOST_CLASSES, table_plots
from tfodkit.evaluation_report.tables import mean_over_ious
from tfodkit.evaluation_report.training_plots import training_plots
from tfodkit.plots import FAINT

# matplotlib's parser imports it when it is loaded.
pytestmark = pytest.mark.filterwarnings("ignore:module 'sre_constants':DeprecationWarning")

MUG, HERE = 2, (10, 10, 50, 50)
HOSTILE = ("<script>", "$x_{1$", "שלום", "베이글", "long " * 60, "\x00\u202e")


def make_plot(*names: str) -> Plot:
    figure, axes = new_axes("x & <y>", "y")
    strokes = tuple(stroke(number, name) for number, name in enumerate(names))
    lines = tuple(axes.plot([0, 1], [0, number], **one.style())[0] for number, one in enumerate(strokes))
    return Plot("stem", 'A "title"', "In words", figure, strokes, lines)


def test_the_svg_is_well_formed_and_has_a_label() -> None:
    root = etree.fromstring(inline_svg(make_plot("one", "two")))
    assert root.get("aria-label") == 'A "title". In words'
    assert root.get("width") is None
    assert "x & <y>" in "".join(root.itertext())
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert ids
    assert all(name.startswith("stem-") for name in ids)


def test_the_svg_is_the_same_each_time() -> None:
    assert inline_svg(make_plot("one")) == inline_svg(make_plot("one"))


def test_the_png_names_its_lines_whatever_their_names() -> None:
    bare, named = (Image.open(io.BytesIO(as_png(make_plot(*names)))) for names in ((), HOSTILE))
    assert named.height > bare.height
    assert named.width == bare.width


def test_lines_of_one_colour_differ_in_their_dashes() -> None:
    looks = {(one.colour, one.dash) for one in (stroke(number, "") for number in range(18))}
    assert len(looks) == 18


def test_of_many_classes_the_worst_are_named_and_the_others_faint() -> None:
    analysis = make_analysis(make_scene([f"class {number}" for number in range(9)], images=60))
    means = mean_over_ious(analysis.boxes)
    named = named_classes(analysis.boxes)
    assert named == sorted(named)
    assert set(named) == set(np.argsort(means)[:MOST_NAMED])
    plot = curve_plots(analysis)[0]
    assert [one.name for one in plot.strokes] == [f"class {column}" for column in named] + ["mean of the classes"]
    (axes,) = plot.figure.axes
    assert sum(line.get_color() == FAINT for line in axes.lines) == 9 - MOST_NAMED
    assert "6 classes of lowest AP" in plot.words


def test_a_class_without_objects_has_no_line() -> None:
    plots = curve_plots(make_analysis(make_set(([(MUG, HERE)], [(MUG, HERE, 0.9)]))))
    assert [one.name for one in plots[0].strokes] == ["mug", "mean of the classes"]


def test_the_curve_is_that_of_the_figures() -> None:
    analysis = make_analysis(make_scene(images=20))
    (axes,) = curve_plots(analysis)[0].figure.axes
    for column in range(3):
        assert axes.lines[column].get_ydata() == pytest.approx(analysis.boxes.precision[0, :, column])


def test_thresholds_are_drawn_as_far_as_there_are_scores() -> None:
    images = make_set(([(MUG, HERE)], [(MUG, HERE, 0.02)]))
    plot = curve_plots(make_analysis(images))[2]
    assert plot.figure.axes[0].get_xlim()[1] == pytest.approx(0.022)
    assert "highest at a threshold of 0.0" in plot.words


def test_where_nothing_is_ever_right_no_threshold_is_praised() -> None:
    plot = curve_plots(make_analysis(make_set(([(MUG, HERE)], [(MUG, (60, 60, 90, 90), 0.9)]))))[2]
    assert plot.words == "Nothing is right at any threshold."
    assert [one.name for one in plot.strokes[3:]] == ["as counted: 0.50"]


def test_without_objects_there_are_no_curves_and_no_errors() -> None:
    analysis = make_analysis(make_set(([], [(MUG, HERE, 0.9)])))
    assert curve_plots(analysis) == []
    assert "mistakes" not in {plot.stem for plot in table_plots(analysis)}


def test_plots_with_a_name_a_class_are_left_out_where_there_are_too_many() -> None:
    few, many = (
        make_analysis(make_scene([f"class {number}" for number in range(count)], images=5))
        for count in (MOST_CLASSES, MOST_CLASSES + 1)
    )
    assert {"confusion", "intervals"} <= {plot.stem for plot in table_plots(few)}
    assert not {"confusion", "intervals"} & {plot.stem for plot in table_plots(many)}


@pytest.mark.parametrize("stem", ["mistakes", "causes", "intervals", "confusion"])
def test_tables_of_hostile_names_are_drawn(stem: str) -> None:
    analysis = make_analysis(make_scene(HOSTILE, images=10))
    (plot,) = [plot for plot in table_plots(analysis) if plot.stem == stem]
    with Image.open(io.BytesIO(as_png(plot))) as picture:
        assert min(picture.size) > 200


def test_bars_are_as_long_as_what_is_lost() -> None:
    analysis = make_analysis(make_scene(images=20))
    (plot,) = [plot for plot in table_plots(analysis) if plot.stem == "mistakes"]
    lengths = [bar.get_width() for bar in plot.figure.axes[0].patches]
    assert lengths == pytest.approx(list(analysis.mistakes.ap_lost.values()))


def test_each_cause_has_a_panel_with_a_bar_a_bin_as_long_as_the_share_that_is_found() -> None:
    bins = tuple(Bin(f"bin {number}", 10, number, 1) for number in range(4))
    size, place, nothing = (Cause("quality", some, 0.3, 0.5, "") for some in (bins, bins[:2], ()))
    analysis = make_analysis(make_scene(images=5), causes=Causes(0.5, 0.5, (size, place, nothing)))
    (plot,) = [plot for plot in table_plots(analysis) if plot.stem == "causes"]
    first, second = plot.figure.axes
    assert [bar.get_width() for bar in first.patches[:4]] == pytest.approx([0, 0.1, 0.2, 0.3])
    assert [label.get_text() for label in second.get_yticklabels()] == ["bin 0", "bin 1"]


def test_the_curves_of_a_run_have_a_line_a_loss_and_a_figure(tmp_path) -> None:
    loss, precision = training_plots(write_run(tmp_path / "run"))
    assert [one.name for one in loss.strokes] == ["total", "localization", "classification"]
    assert [one.name for one in precision.strokes] == ["mAP", "mAP@.50"]
    (tmp_path / "run" / "evaluations.csv").unlink()
    assert [plot.stem for plot in training_plots(tmp_path / "run")] == ["training_loss"]


def test_a_class_without_an_interval_is_passed_over() -> None:
    analysis = make_analysis(make_scene(images=10))
    none = replace(analysis.uncertainty, per_class={})
    (plot,) = [one for one in table_plots(replace(analysis, uncertainty=none)) if one.stem == "intervals"]
    assert not list(plot.figure.axes[0].lines)

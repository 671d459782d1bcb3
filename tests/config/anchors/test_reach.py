"""How many boxes a model's anchors reach, what would reach more, and when it is worth a warning."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tests.config.linting import lint_file
from tfodkit.config import make_config
from tfodkit.config.anchors.fit import fitted_anchors, fitted_image_size, k_means
from tfodkit.config.anchors.grids import anchor_grids
from tfodkit.config.anchors.reach import AnchorReach, anchor_reach
from tfodkit.config.pipeline import Message, format_pipeline, read_pipeline
from tfodkit.config.templates import read_template
from tfodkit.records.manifest import RecordManifest, SampledBox

SSD = "ssd_mobilenet_v2_320x320_coco17"
PYRAMID = "ssd_mobilenet_v2_fpnlite_320x320_coco17"
ONE_GRID = "faster_rcnn_resnet50_v1_640x640_coco17"
NAMES = ("bagel", "mug")


def box(width: float, height: float, class_id: int = 1, *, x: float = 0.3, y: float = 0.3, **size: int) -> SampledBox:
    """Of so many pixels, in a picture of 320 x 320 unless said otherwise."""
    across, down = size.get("image_width", 320), size.get("image_height", 320)
    return SampledBox(x, y, width / across, height / down, class_id, across, down)


def of_sizes(*sides: float, ratio: float = 1.0) -> list[SampledBox]:
    """Boxes of these sides at places that no grid knows."""
    places = np.random.default_rng(3).uniform(0.05, 0.4, (len(sides), 2))
    return [box(side * ratio**0.5, side / ratio**0.5, x=x, y=y) for side, (x, y) in zip(sides, places, strict=True)]


def reach_of(name: str, sample: Sequence[SampledBox]) -> AnchorReach:
    found = anchor_reach(read_template(name).message().model, sample, NAMES)
    assert found is not None
    return found


def test_a_box_as_an_anchor_lies_is_reached_and_a_tiny_one_is_not() -> None:
    message = read_template(PYRAMID).message()
    y1, x1, y2, x2 = anchor_grids("ssd", message.model.ssd, width=320, height=320)[1].boxes_yxyx()[6 * 210]
    sample = [SampledBox(x1 / 320, y1 / 320, (x2 - x1) / 320, (y2 - y1) / 320, 2, 640, 640), box(4, 4)]
    found = reach_of(PYRAMID, sample)
    assert_allclose(found.ious[0], 1)
    assert found.ious[1] < 0.1
    assert [level.boxes for level in found.levels] == [1, 1, 0, 0, 0]
    worst, best = found.classes
    assert (worst.name, worst.reached, worst.well, worst.unreached) == ("bagel", 0, 0, 1)
    assert (best.name, best.boxes, best.reached, best.well) == ("mug", 1, 1, 1)
    assert (worst.median_width, worst.median_height) == pytest.approx((4, 4))
    assert (found.all_classes.boxes, found.all_classes.reached) == (2, 0.5)


def test_sizes_are_those_after_the_resizer() -> None:
    found = reach_of(ONE_GRID, [box(64, 32, image_width=320, image_height=160)])
    assert (found.widths[0], found.heights[0]) == pytest.approx((128, 64))
    assert (found.input_width, found.input_height) == (640, 640)
    stretched = reach_of(SSD, [box(64, 32, image_width=320, image_height=160)])
    assert (stretched.widths[0], stretched.heights[0]) == pytest.approx((60, 60))


def test_a_resizer_without_padding_lays_anchors_for_each_picture() -> None:
    message = read_template(ONE_GRID).message()
    message.model.faster_rcnn.image_resizer.keep_aspect_ratio_resizer.pad_to_max_dimension = False
    sample = [*of_sizes(50, 60), box(60, 60, image_width=640, image_height=320)]
    found = anchor_reach(message.model, sample, NAMES)
    assert found is not None
    assert (found.input_width, found.input_height) == (640, 640)
    alone = [anchor_reach(message.model, [each], NAMES) for each in sample]
    assert_allclose(found.ious, [each.ious[0] for each in alone if each])
    assert [(each.input_width, each.input_height) for each in alone if each][2] == (640, 320)


def test_the_first_anchors_of_a_pyramid_lie_on_the_edge_where_its_stride_does_not_fit_a_fixed_input() -> None:
    message = read_template(PYRAMID).message()
    sample = [SampledBox(0, 0, 32 / 324, 32 / 324, 1, 1000, 1000)]
    message.model.ssd.image_resizer.fixed_shape_resizer.width = 324
    message.model.ssd.image_resizer.fixed_shape_resizer.height = 324
    fixed = anchor_reach(message.model, sample, NAMES)
    ratio = message.model.ssd.image_resizer.keep_aspect_ratio_resizer
    ratio.min_dimension = ratio.max_dimension = 324
    any_size = anchor_reach(message.model, sample, NAMES)
    assert fixed is not None
    assert any_size is not None
    assert (fixed.levels[0].grid.offset, any_size.levels[0].grid.offset) == ((0, 0), (4, 4))
    assert fixed.ious[0] == pytest.approx(1)
    assert any_size.ious[0] < 0.7


def test_anchors_that_the_edge_cuts_are_kept_cut_or_taken_out_as_the_model_does() -> None:
    """A box of the whole input's height in a corner: Faster R-CNN has an anchor of 362 x 724 pixels."""
    sample = [SampledBox(0, 0, 0.5, 1, 1, 640, 640)]
    message = read_template(ONE_GRID).message()
    message.model.faster_rcnn.clip_anchors_to_image = False
    taken_out = anchor_reach(message.model, sample, NAMES)
    message.model.faster_rcnn.clip_anchors_to_image = True
    cut = anchor_reach(message.model, sample, NAMES)
    assert taken_out is not None
    assert cut is not None
    assert taken_out.ious[0] < 0.85
    assert cut.ious[0] > 0.95
    kept = reach_of(SSD, [SampledBox(0, 0, 0.5, 1, 1, 640, 640)])
    assert kept.ious[0] < 0.85


def test_the_threshold_is_the_matchers() -> None:
    message, sample = read_template(PYRAMID).message(), of_sizes(30, 40, 60)
    message.model.ssd.matcher.argmax_matcher.matched_threshold = 0.9
    found = anchor_reach(message.model, sample, NAMES)
    assert found is not None
    assert (found.threshold, reach_of(ONE_GRID, sample).threshold) == (pytest.approx(0.9), 0.5)
    assert found.all_classes.reached < 1 == reach_of(PYRAMID, sample).all_classes.reached


def test_where_there_is_nothing_to_measure_there_is_none() -> None:
    sample = of_sizes(20)
    assert anchor_reach(read_template("centernet_resnet50_v2_512x512_coco17").message().model, sample, NAMES) is None
    assert anchor_reach(read_template(SSD).message().model, [], NAMES) is None
    message = read_template(SSD).message()
    message.model.ssd.image_resizer.Clear()
    assert anchor_reach(message.model, sample, NAMES) is None


def test_a_resizer_that_leaves_nothing_is_named() -> None:
    message = read_template(SSD).message()
    message.model.ssd.image_resizer.fixed_shape_resizer.width = 0
    with pytest.raises(ValueError, match="must leave a pixel, but makes an input of 0 x 300 of a picture of 320 x 320"):
        anchor_reach(message.model, of_sizes(20), NAMES)


def test_k_means_finds_the_middles_of_clusters() -> None:
    rng = np.random.default_rng(1)
    clusters = np.array([[10, 20], [40, 15], [100, 100]])
    sizes = np.concatenate([middle * rng.uniform(0.9, 1.1, (50, 2)) for middle in clusters])
    assert_allclose(k_means(sizes, 3), clusters, rtol=0.05)
    spread = rng.uniform(5, 100, (80, 2))
    for _ in range(5):
        assert_allclose(k_means(rng.permutation(spread), 7), k_means(spread, 7), rtol=1e-12)
    assert k_means(np.ones((9, 2)), 4).tolist() == [[1, 1]]


def test_small_boxes_ask_for_smaller_anchors_or_a_larger_image() -> None:
    message, sample = read_template(PYRAMID).message(), of_sizes(*np.linspace(10, 18, 60))
    before = reach_of(PYRAMID, sample).all_classes.reached
    fitted = fitted_anchors(message.model, sample, NAMES)
    assert fitted is not None
    assert (fitted.values.scales, fitted.flags) == ((1.5,), ("--anchor-scales", "1.5"))
    assert before < 0.1
    assert fitted.reached > 0.7
    larger = fitted_image_size(message, sample, NAMES, enough=0.9)
    assert larger is not None
    assert before < larger.reached
    assert larger.size in (416, 480, 640, 960)
    assert larger.flag == f"--image-size {larger.size}"
    least = fitted_image_size(message, sample, NAMES, enough=0.01)
    most = fitted_image_size(message, sample, NAMES, enough=1)
    assert least is not None
    assert most is not None
    assert (least.size, most.size) == (416, 960)


def test_no_image_size_is_asked_for_that_nobody_has_memory_for() -> None:
    message, sample = read_template("efficientdet_d7_1536x1536_coco17").message(), of_sizes(*np.linspace(1, 4, 60))
    larger = fitted_image_size(message, sample, NAMES, enough=1)
    assert larger is not None
    assert larger.size == 1920


def test_an_input_that_is_no_square_keeps_its_ratio() -> None:
    message, sample = read_template("example").message(), of_sizes(*np.linspace(60, 120, 60))
    larger = fitted_image_size(message, sample, NAMES, enough=1)
    assert larger is not None
    assert isinstance(larger.size, tuple)
    assert larger.size[0] * 3 == larger.size[1] * 4
    assert larger.flag == f"--image-size {larger.size[0]}x{larger.size[1]}"


def test_long_boxes_ask_for_other_aspect_ratios_at_their_places() -> None:
    message = read_template(PYRAMID).message()
    sample = of_sizes(*np.linspace(40, 60, 60), ratio=6) + of_sizes(*np.linspace(40, 60, 60), ratio=1 / 6)
    fitted = fitted_anchors(message.model, sample, NAMES)
    assert fitted is not None
    square, wide, tall = fitted.values.aspect_ratios
    assert wide == pytest.approx(6, rel=0.05)
    assert tall == pytest.approx(1 / 6, rel=0.05)
    assert tall < square < wide
    assert fitted.reached == 1
    assert fitted.flags[0] in ("--anchor-scales", "--aspect-ratios")


@pytest.mark.parametrize("name", [SSD, ONE_GRID])
def test_each_generator_is_fitted_in_its_own_units(name: str) -> None:
    message, sample = read_template(name).message(), of_sizes(*np.linspace(9, 30, 80))
    fitted = fitted_anchors(message.model, sample, NAMES)
    assert fitted is not None
    assert fitted.reached > reach_of(name, sample).all_classes.reached
    assert len(fitted.values.scales) == (2 if name == SSD else 4)
    assert len(fitted.values.aspect_ratios) == (5 if name == SSD else 3)


def test_where_all_is_reached_nothing_is_asked_for() -> None:
    message, sample = read_template(PYRAMID).message(), of_sizes(40, 50, 60)
    assert fitted_anchors(message.model, sample, NAMES) is None
    assert fitted_image_size(message, sample, NAMES, enough=0.9) is None


def test_what_reaches_no_more_is_not_asked_for() -> None:
    message, sample = read_template(PYRAMID).message(), [*of_sizes(*[40] * 30), *of_sizes(*[1] * 5)]
    assert reach_of(PYRAMID, sample).all_classes.reached == pytest.approx(30 / 35)
    assert fitted_anchors(message.model, sample, NAMES) is None
    assert fitted_image_size(message, sample, NAMES, enough=0.9) is None


# The rule.


@pytest.fixture
def config(records: Path, tmp_path: Path) -> Path:
    path = tmp_path / "pipeline.config"
    make_config(PYRAMID, records, path)
    return path


def said(
    config: Path, records: Path, sample: Sequence[SampledBox], change: Callable[[Message], object] = bool
) -> list[str]:
    replace(RecordManifest.read(records), box_sample={"train": tuple(sample)}).write(records)
    message = read_pipeline(config)
    change(message)
    config.write_text(format_pipeline(message), encoding="utf-8")
    found = [finding for finding in lint_file(config) if finding.code in ("TFK607", "TFK608")]
    assert all("anchor_generator {" in config.read_text().splitlines()[(each.line or 0) - 1] for each in found)
    return [finding.what for finding in found]


def test_boxes_that_no_anchor_reaches_are_told_with_classes_sizes_and_remedy(config: Path, records: Path) -> None:
    sample = [*(each._replace(class_id=2) for each in of_sizes(*[12] * 30)), *of_sizes(*[40] * 69, 12)]
    (what,) = said(config, records, sample)
    told, _, remedies = what.partition("; ")
    assert told == (
        "31% of 100 boxes have no anchor with an IoU of 0.5: 100% of mug (median 12 x 12), 1% of bagel "
        "(median 40 x 40), in an input of 320 x 320 pixels"
    )
    assert remedies.startswith("--anchor-scales ")
    assert remedies.endswith("% and --image-size 640 would leave 0%")


def test_up_to_a_twentieth_is_no_finding(config: Path, records: Path) -> None:
    assert said(config, records, of_sizes(*[40] * 95, *[12] * 5)) == []
    assert len(said(config, records, of_sizes(*[40] * 94, *[12] * 6))) == 1
    assert said(config, records, []) == []


def test_a_rare_class_that_is_missed_is_told(config: Path, records: Path) -> None:
    common, rare = of_sizes(*[40] * 600), [each._replace(class_id=2) for each in of_sizes(*[12] * 20)]
    (what,) = said(config, records, [*common, *rare])
    assert what.startswith("3% of 620 boxes have no anchor with an IoU of 0.5: 100% of mug (median 12 x 12), in an ")
    assert said(config, records, [*common, *rare[1:]]) == []
    half = [each._replace(class_id=2) for each in of_sizes(*[40] * 10)]
    assert said(config, records, [*common, *half, *rare[:10]]) == []
    assert len(said(config, records, [*common, *half, *rare[:11]])) == 1


def test_an_input_that_leaves_nothing_of_a_picture_is_an_error(config: Path, records: Path) -> None:
    (what,) = said(
        config, records, of_sizes(40), lambda m: setattr(m.model.ssd.image_resizer.fixed_shape_resizer, "height", 0)
    )
    assert what.startswith("image_resizer must leave a pixel")


def test_numpy_is_not_loaded_where_there_are_no_boxes() -> None:
    import subprocess

    code = "import sys, tfodkit.config.lint.check; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

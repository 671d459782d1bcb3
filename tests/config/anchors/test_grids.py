"""Anchors in NumPy against the Object Detection API's own: every coordinate of the models that it builds."""

from __future__ import annotations

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tfodkit.config.anchors.feature_maps import feature_levels, feature_map_sizes
from tfodkit.config.anchors.grids import AnchorGrid, anchor_grids
from tfodkit.config.model.architecture import architecture
from tfodkit.config.pipeline import Message, format_pipeline
from tfodkit.config.templates import read_template

SSD = "ssd_mobilenet_v2_320x320_coco17"
FPNLITE = "ssd_mobilenet_v2_fpnlite_320x320_coco17"
EFFICIENTDET = "efficientdet_d0_512x512_coco17"
FASTER_RCNN = "faster_rcnn_resnet50_v1_640x640_coco17"
FASTER_RCNN_FPN = "faster_rcnn_resnet50_v1_fpn_640x640_coco17"
MASK_RCNN = "mask_rcnn_inception_resnet_v2_1024x1024_coco17"


def model_of(name: str, **generator: object) -> tuple[Message, str, Message]:
    """A template's config with other values of its anchor generator, its meta-architecture and the message of it."""
    message = read_template(name).message()
    kind, model = message.model.WhichOneof("model"), architecture(message, name)
    for field, value in generator.items():
        anchors = model.anchor_generator if kind == "ssd" else model.first_stage_anchor_generator
        target = getattr(anchors, anchors.WhichOneof("anchor_generator_oneof"))
        if isinstance(value, list):
            getattr(target, field)[:] = value
        else:
            setattr(target, field, value)
    return message, kind, model


def boxes(kind: str, model: Message, width: int, height: int, *, is_fixed: bool = True) -> np.ndarray:
    grids = anchor_grids(kind, model, width=width, height=height, is_fixed=is_fixed)
    return np.concatenate([grid.boxes_yxyx() for grid in grids])


def test_a_grid_by_hand() -> None:
    grid = AnchorGrid(1, 2, stride=(10, 20), offset=(5, 10), sizes=((4, 8), (2, 2)))
    first, second = [[3, 6, 7, 14], [4, 9, 6, 11]], [[3, 26, 7, 34], [4, 29, 6, 31]]
    assert grid.boxes_yxyx().tolist() == [*first, *second]


def test_the_anchors_of_ssd_as_the_paper_has_them() -> None:
    """Liu et al. 2016: 8,732 boxes for SSD300 with six a cell; the Object Detection API has 3 on its finest map."""
    _, kind, model = model_of(SSD)
    grids = anchor_grids(kind, model, width=300, height=300)
    assert [(grid.rows, len(grid.sizes)) for grid in grids] == [(19, 3), (10, 6), (5, 6), (3, 6), (2, 6), (1, 6)]
    assert_allclose(grids[0].sizes[0], (30, 30), rtol=1e-6)
    assert_allclose(grids[1].sizes[:2], [(105, 105), (105 / 2**0.5, 105 * 2**0.5)], rtol=1e-6)
    assert_allclose(grids[-1].sizes[-1], (300 * 0.95**0.5,) * 2, rtol=1e-6)


def test_the_anchors_of_a_pyramid_are_multiples_of_its_strides() -> None:
    _, kind, model = model_of(EFFICIENTDET)
    grids = anchor_grids(kind, model, width=512, height=512)
    assert [grid.stride[0] for grid in grids] == [8, 16, 32, 64, 128]
    assert [grid.offset for grid in grids] == [(4, 4), (8, 8), (16, 16), (32, 32), (64, 64)]
    areas = [round((height * width) ** 0.5, 3) for height, width in grids[0].sizes]
    assert areas == [32, 40.317, 50.797] * 3


def test_a_pyramid_begins_on_the_edge_of_a_fixed_input_that_its_stride_does_not_fit() -> None:
    """An SSD's that knows its input; Faster R-CNN asks for no size."""
    for name, is_fixed, offsets in (
        (FPNLITE, True, [(0, 4), (0, 8), (0, 16)]),
        (FPNLITE, False, [(4, 4), (8, 8), (16, 16)]),
        (FASTER_RCNN_FPN, True, [(2, 2), (4, 4), (8, 8)]),
    ):
        _, kind, model = model_of(name)
        grids = anchor_grids(kind, model, width=160, height=100, is_fixed=is_fixed)
        assert [grid.offset for grid in grids][:3] == offsets


def test_center_net_has_no_anchors() -> None:
    _, kind, model = model_of("centernet_resnet50_v2_512x512_coco17")
    assert anchor_grids(kind, model, width=512, height=512) == []


def test_feature_maps_round_up_and_padding_comes_first() -> None:
    _, kind, model = model_of(SSD)
    model.feature_extractor.num_layers = 2
    assert feature_levels(kind, model.feature_extractor) == [4, 5]
    assert feature_map_sizes(kind, model.feature_extractor, width=300, height=65) == [(5, 19), (3, 10)]
    model.feature_extractor.pad_to_multiple = 32
    assert feature_map_sizes(kind, model.feature_extractor, width=300, height=65) == [(6, 20), (3, 10)]


@pytest.mark.parametrize(
    ("name", "values", "what"),
    [
        (FPNLITE, {"scales_per_octave": 0}, "scales_per_octave must be above 0 and below 100, but got 0"),
        (FPNLITE, {"anchor_scale": float("nan")}, "anchor_scale must be above 0 and below 10000, but got nan"),
        (FPNLITE, {"aspect_ratios": [1, -2]}, "aspect_ratios must be above 0 and below 10000, but got -2"),
        (FPNLITE, {"aspect_ratios": []}, "aspect_ratios must be one or more, but got none"),
        (FPNLITE, {"max_level": 6}, "max_level - min_level + 1 must be 5, as the feature maps are, but got 4"),
        (SSD, {"num_layers": 5}, "num_layers must be 6, as the feature maps are, but got 5"),
        (
            SSD,
            {"interpolated_scale_aspect_ratio": float("inf")},
            "interpolated_scale_aspect_ratio must be above 0 and below 10000, but got inf",
        ),
        (SSD, {"scales": [0.1]}, "the number of scales must be 6, as the feature maps are, but got 1"),
        (FASTER_RCNN, {"scales": []}, "scales must be one or more, but got none"),
        (FASTER_RCNN, {"width_stride": 0}, "width_stride must be above 0 and below 10000, but got 0"),
    ],
)
def test_values_that_lay_no_anchors_are_named(name: str, values: dict[str, object], what: str) -> None:
    _, kind, model = model_of(name, **values)
    with pytest.raises(ValueError, match=r"^" + re.escape(what) + "$"):
        anchor_grids(kind, model, width=320, height=320)


def test_a_grid_that_is_written_out_needs_all_its_numbers() -> None:
    _, kind, model = model_of(SSD)
    model.feature_extractor.num_layers = 1
    grid = model.anchor_generator.flexible_grid_anchor_generator.anchor_grid.add(base_sizes=[20], aspect_ratios=[1])
    with pytest.raises(ValueError, match=r"^height_stride must be one or more, but got none$"):
        anchor_grids(kind, model, width=320, height=320)
    grid.height_stride, grid.width_stride, grid.base_sizes[0] = 16, 16, -1
    with pytest.raises(ValueError, match=r"^base_sizes must be above 0 and below 10000, but got -1$"):
        anchor_grids(kind, model, width=320, height=320)
    grid.base_sizes[0] = 20
    assert len(anchor_grids(kind, model, width=320, height=320)) == 1
    model.feature_extractor.num_layers = 2
    with pytest.raises(ValueError, match=r"^the number of anchor_grid must be 2, as the feature maps are, but got 1$"):
        anchor_grids(kind, model, width=320, height=320)


def test_levels_that_no_picture_has_are_named() -> None:
    _, kind, model = model_of(FPNLITE)
    model.feature_extractor.fpn.max_level = 2**31 - 1
    with pytest.raises(ValueError, match=r"fpn_keras must be some of 0 to 20, but got 3 to 2147483647"):
        anchor_grids(kind, model, width=320, height=320)


@pytest.mark.tensorflow
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "sizes", "generator"),
    [
        (SSD, [(300, 300), (200, 140)], {}),
        (SSD, [(160, 96)], {"reduce_boxes_in_lowest_layer": False, "base_anchor_height": 0.8,
                            "scales": [0.1, 0.3, 0.4, 0.6, 0.7, 0.9]}),
        (SSD, [(160, 96)], {"height_stride": [16, 32, 64, 100, 150, 300], "width_stride": [16, 32, 64, 100, 150, 300],
                            "interpolated_scale_aspect_ratio": 0.0}),
        (FPNLITE, [(320, 320), (192, 96)], {}),
        ("ssd_mobilenet_v1_fpn_640x640_coco17", [(320, 192)], {"anchor_scale": 3.0, "scales_per_octave": 3}),
        ("ssd_resnet50_v1_fpn_640x640_coco17", [(256, 256), (160, 256)], {}),
        (EFFICIENTDET, [(256, 256), (384, 256)], {}),
        (FASTER_RCNN, [(200, 200), (333, 150)], {}),
        (FASTER_RCNN_FPN, [(128, 128), (170, 100)], {}),
        (MASK_RCNN, [(160, 160), (171, 150)], {"height_offset": 3, "width_stride": 20, "height": 128}),
    ],
)  # fmt: skip
def test_every_coordinate_is_that_of_the_model_upstream_builds(
    name: str, sizes: list[tuple[int, int]], generator: dict[str, object]
) -> None:
    """Built for training, and asked once for each size; of Faster R-CNN the first stage, with anchors cut off."""
    import tensorflow as tf

    from tfodkit.odapi.model import build_model

    message, kind, model = model_of(name, **generator)
    if kind == "faster_rcnn":
        model.number_of_stages, model.clip_anchors_to_image = 1, True
    built = build_model(format_pipeline(message), is_training=True)
    for width, height in sizes:
        built.predict(tf.zeros([1, height, width, 3]), tf.constant([[height, width, 3]]))
        theirs, ours = built.anchors.get().numpy(), boxes(kind, model, width, height)
        if kind == "ssd":
            theirs *= [height, width, height, width]
        else:
            ours = np.clip(ours, 0, [height, width, height, width])
        assert theirs.shape == ours.shape
        assert_allclose(theirs, ours, rtol=0, atol=1e-5 * max(width, height))


@pytest.mark.tensorflow
def test_a_model_that_is_given_any_size_lays_its_anchors_as_if_strides_divided_it() -> None:
    import tensorflow as tf

    from tfodkit.odapi.model import build_model

    message, kind, model = model_of(FPNLITE)
    generator = build_model(format_pipeline(message), is_training=True)._anchor_generator
    maps = feature_map_sizes(kind, model.feature_extractor, width=168, height=72)
    theirs = generator.generate(maps, im_height=tf.constant(72), im_width=tf.constant(168))
    of_any_size = boxes(kind, model, 168, 72, is_fixed=False)
    found = np.concatenate([each.get().numpy() for each in theirs]) * [72, 168, 72, 168]
    assert_allclose(found, of_any_size, rtol=0, atol=1e-3)
    assert not np.array_equal(of_any_size, boxes(kind, model, 168, 72))
    fixed = generator.generate(maps, im_height=72, im_width=168)
    found = np.concatenate([each.get().numpy() for each in fixed]) * [72, 168, 72, 168]
    assert_allclose(found, boxes(kind, model, 168, 72), rtol=0, atol=1e-3)


@pytest.mark.tensorflow
def test_a_generator_with_every_number_written_out() -> None:
    from tfodkit.odapi.model import build_model

    message, kind, model = model_of(SSD)
    flexible = model.anchor_generator.flexible_grid_anchor_generator
    for stride in (16, 40):
        flexible.anchor_grid.add(base_sizes=[20, stride], aspect_ratios=[1, 0.4], height_stride=stride,
                                 width_stride=stride + 1, height_offset=3, width_offset=5)  # fmt: skip
    model.feature_extractor.num_layers = 2
    generator = build_model(format_pipeline(message), is_training=True)._anchor_generator
    maps = feature_map_sizes(kind, model.feature_extractor, width=100, height=80)
    theirs = generator.generate(maps, im_height=80, im_width=100)
    found = np.concatenate([each.get().numpy() for each in theirs]) * [80, 100, 80, 100]
    assert_allclose(found, boxes(kind, model, 100, 80), rtol=0, atol=1e-3)

"""The figures are those of the repository tensorflow/models, research/object_detection/configs/tf2/."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tfodkit.config.schedules import peak_rate
from tfodkit.config.templates import read_template, template_names
from tfodkit.errors import ConfigError, UsageError

SSD = "ssd_mobilenet_v2_320x320_coco17"
FPNLITE = "ssd_mobilenet_v2_fpnlite_320x320_coco17"
EFFICIENTDET = "efficientdet_d0_512x512_coco17"
FASTER_RCNN = "faster_rcnn_resnet50_v1_640x640_coco17"
PUBLISHED = (SSD, FPNLITE, EFFICIENTDET, FASTER_RCNN)


def near(value: float) -> Any:
    return pytest.approx(value, rel=1e-6)


def test_the_published_templates_are_there_under_the_names_of_the_zoo() -> None:
    assert set(PUBLISHED) <= set(template_names())


def test_names_are_sorted_whatever_the_folder_s_order(monkeypatch: pytest.MonkeyPatch) -> None:
    listing = [Path("b.config"), Path("c.config"), Path("a.config")]
    monkeypatch.setattr(Path, "glob", lambda _folder, _pattern: iter(listing))
    assert template_names() == ["a", "b", "c"]


@pytest.mark.parametrize("name", template_names())
def test_a_template_is_whole(name: str) -> None:
    message = read_template(name).message()
    assert message.model.WhichOneof("model") is not None
    assert message.train_config.batch_size > 0
    assert message.train_config.num_steps > 0
    assert len(message.eval_input_reader) == 1


@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.parametrize(
    "fact",
    ["Good for:", "COCO mAP:", "Speed:", "Input:", "Source:   tensorflow/models, research/object_detection/configs"],
)
def test_the_header_says_what_it_is_good_for_and_where_it_is_from(name: str, fact: str) -> None:
    header = read_template(name).text.split("\nmodel {")[0]
    assert f"\n# {fact}" in header


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_all_the_published_ones_share(name: str) -> None:
    message = read_template(name).message()
    model = getattr(message.model, message.model.WhichOneof("model"))
    train = message.train_config
    assert model.num_classes == 90
    assert train.optimizer.momentum_optimizer.momentum_optimizer_value == near(0.9)
    assert train.optimizer.HasField("use_moving_average")
    assert not train.optimizer.use_moving_average
    assert train.max_number_of_boxes == 100
    assert train.HasField("unpad_groundtruth_tensors")
    assert not train.unpad_groundtruth_tensors
    assert list(message.eval_config.metrics_set) == ["coco_detection_metrics"]


@pytest.mark.parametrize(
    ("name", "batch", "steps", "rate", "warm_up_from", "warm_up_steps"),
    [
        (SSD, 512, 50_000, 0.8, 0.13333, 2000),
        (FPNLITE, 128, 50_000, 0.08, 0.026666, 1000),
        (EFFICIENTDET, 128, 300_000, 0.08, 0.001, 2500),
        (FASTER_RCNN, 64, 25_000, 0.04, 0.013333, 2000),
    ],
)
def test_published_training(
    name: str, batch: int, steps: int, rate: float, warm_up_from: float, warm_up_steps: int
) -> None:
    train = read_template(name).message().train_config
    learning_rate = train.optimizer.momentum_optimizer.learning_rate
    cosine = learning_rate.cosine_decay_learning_rate
    assert (train.batch_size, train.num_steps, cosine.total_steps) == (batch, steps, steps)
    assert peak_rate(learning_rate) == near(rate)
    assert (cosine.warmup_learning_rate, cosine.warmup_steps) == (near(warm_up_from), warm_up_steps)


@pytest.mark.parametrize("name", [SSD, FPNLITE, EFFICIENTDET])
def test_what_the_ssds_share(name: str) -> None:
    ssd = read_template(name).message().model.ssd
    coder, matcher = ssd.box_coder.faster_rcnn_box_coder, ssd.matcher.argmax_matcher
    assert (coder.y_scale, coder.x_scale, coder.height_scale, coder.width_scale) == (10, 10, 5, 5)
    assert (matcher.matched_threshold, matcher.unmatched_threshold) == (0.5, 0.5)
    assert matcher.force_match_for_each_row
    assert matcher.use_matmul_gather
    assert ssd.encode_background_as_zeros
    assert ssd.inplace_batchnorm_update
    assert ssd.normalize_loss_by_num_matches
    assert ssd.normalize_loc_loss_by_codesize
    assert (ssd.loss.classification_weight, ssd.loss.localization_weight) == (1, 1)
    assert ssd.post_processing.batch_non_max_suppression.max_total_detections == 100
    assert ssd.post_processing.batch_non_max_suppression.score_threshold == near(1e-8)
    assert ssd.feature_extractor.conv_hyperparams.regularizer.l2_regularizer.weight == near(4e-5)


@pytest.mark.parametrize(
    ("name", "extractor", "alpha", "gamma", "decay", "iou"),
    [
        (SSD, "ssd_mobilenet_v2_keras", 0.75, 2.0, 0.97, 0.6),
        (FPNLITE, "ssd_mobilenet_v2_fpn_keras", 0.25, 2.0, 0.997, 0.6),
        (EFFICIENTDET, "ssd_efficientnet-b0_bifpn_keras", 0.25, 1.5, 0.99, 0.5),
    ],
)
def test_published_losses(name: str, extractor: str, alpha: float, gamma: float, decay: float, iou: float) -> None:
    ssd = read_template(name).message().model.ssd
    focal = ssd.loss.classification_loss.weighted_sigmoid_focal
    assert ssd.feature_extractor.type == extractor
    assert (focal.alpha, focal.gamma) == (near(alpha), near(gamma))
    assert ssd.feature_extractor.conv_hyperparams.batch_norm.decay == near(decay)
    assert ssd.post_processing.batch_non_max_suppression.iou_threshold == near(iou)


def test_published_anchors_and_sizes() -> None:
    ssd, fpnlite, efficientdet = (read_template(name).message().model.ssd for name in (SSD, FPNLITE, EFFICIENTDET))
    anchors = ssd.anchor_generator.ssd_anchor_generator
    assert (anchors.num_layers, anchors.min_scale, anchors.max_scale) == (6, near(0.2), near(0.95))
    assert list(anchors.aspect_ratios) == [1, 2, 0.5, 3, near(0.3333)]
    assert (ssd.image_resizer.fixed_shape_resizer.height, ssd.image_resizer.fixed_shape_resizer.width) == (300, 300)
    assert fpnlite.image_resizer.fixed_shape_resizer.height == 320
    assert fpnlite.box_predictor.weight_shared_convolutional_box_predictor.depth == 128
    assert fpnlite.anchor_generator.multiscale_anchor_generator.scales_per_octave == 2
    assert efficientdet.anchor_generator.multiscale_anchor_generator.scales_per_octave == 3
    assert efficientdet.image_resizer.keep_aspect_ratio_resizer.pad_to_max_dimension
    assert (efficientdet.feature_extractor.bifpn.num_iterations, efficientdet.feature_extractor.bifpn.num_filters) == (
        3,
        64,
    )


def test_published_faster_rcnn() -> None:
    model = read_template(FASTER_RCNN).message().model.faster_rcnn
    anchors = model.first_stage_anchor_generator.grid_anchor_generator
    nms = model.second_stage_post_processing.batch_non_max_suppression
    assert model.feature_extractor.type == "faster_rcnn_resnet50_keras"
    assert model.feature_extractor.batch_norm_trainable
    assert (list(anchors.scales), list(anchors.aspect_ratios)) == ([0.25, 0.5, 1, 2], [0.5, 1, 2])
    assert (model.first_stage_max_proposals, model.first_stage_nms_iou_threshold) == (300, near(0.7))
    assert (model.initial_crop_size, model.maxpool_kernel_size, model.maxpool_stride) == (14, 2, 2)
    assert (nms.iou_threshold, nms.max_detections_per_class, nms.max_total_detections) == (near(0.6), 100, 300)
    assert model.second_stage_box_predictor.mask_rcnn_box_predictor.share_box_across_classes
    assert (model.first_stage_localization_loss_weight, model.second_stage_localization_loss_weight) == (2, 2)


def test_published_augmentation() -> None:
    steps = {
        name: [
            step.WhichOneof("preprocessing_step")
            for step in read_template(name).message().train_config.data_augmentation_options
        ]
        for name in PUBLISHED
    }
    assert steps == {
        SSD: ["random_horizontal_flip", "ssd_random_crop"],
        FPNLITE: ["random_horizontal_flip", "random_crop_image"],
        EFFICIENTDET: ["random_horizontal_flip", "random_scale_crop_and_pad_to_square"],
        FASTER_RCNN: ["random_horizontal_flip"],
    }


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        read_template("ssd_mobilenet_v2_320")
    assert str(caught.value).startswith(
        "--template ssd_mobilenet_v2_320: there is no such template. Did you mean ssd_mobilenet_v2_320x320_coco17"
    )
    assert caught.value.exit_code == 2


def test_a_path_that_is_not_there_is_told_as_a_path(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"mine\.config: no such config file\. Check the path\."):
        read_template(str(tmp_path / "mine.config"))


def test_a_file_of_ones_own_is_a_template(tmp_path: Path) -> None:
    path = tmp_path / "mine.config"
    path.write_text("model {\n  sdd { }\n}\n", encoding="utf-8")
    template = read_template(str(path))
    assert template.is_own
    with pytest.raises(
        ConfigError,
        match=r'mine\.config:2: Message type "DetectionModel" has no field named "sdd"\. Did you mean ssd\?',
    ):
        template.message()

"""The figures are those of the repository tensorflow/models, research/object_detection/configs/tf2/."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tfodkit.config.learning.optimizers import learning_rate_of, optimizer_name
from tfodkit.config.learning.schedules import peak_rate
from tfodkit.config.model.architecture import architecture
from tfodkit.config.model.feature_extractors import FEATURE_EXTRACTORS
from tfodkit.config.model.image_size import input_size
from tfodkit.config.pipeline import PLACEHOLDER, Message, format_pipeline
from tfodkit.config.templates import read_template, ready_template, template_names, templates
from tfodkit.errors import ConfigError, UsageError

SSD = "ssd_mobilenet_v2_320x320_coco17"
FPNLITE = "ssd_mobilenet_v2_fpnlite_320x320_coco17"
EFFICIENTDET = "efficientdet_d0_512x512_coco17"
FASTER_RCNN = "faster_rcnn_resnet50_v1_640x640_coco17"
PUBLISHED = (SSD, FPNLITE, EFFICIENTDET, FASTER_RCNN)
EXAMPLE = "example"
ZOO = [name for name in template_names() if name != EXAMPLE]
RESNETS = (50, 101, 152)
NAMES = {
    EXAMPLE,
    SSD,
    FPNLITE,
    "ssd_mobilenet_v2_fpnlite_640x640_coco17",
    "ssd_mobilenet_v1_fpn_640x640_coco17",
    *(f"ssd_resnet{depth}_v1_fpn_{side}x{side}_coco17" for depth in RESNETS for side in (640, 1024)),
    *(
        f"efficientdet_d{number}_{side}x{side}_coco17"
        for number, side in enumerate((512, 640, 768, 896, 1024, 1280, 1408, 1536))
    ),
    *(
        f"faster_rcnn_resnet{depth}_v1_{size}_coco17"
        for depth in RESNETS
        for size in ("640x640", "1024x1024", "800x1333")
    ),
    "faster_rcnn_resnet50_v1_fpn_640x640_coco17",
    *(f"faster_rcnn_inception_resnet_v2_{side}x{side}_coco17" for side in (640, 1024)),
    "mask_rcnn_inception_resnet_v2_1024x1024_coco17",
    *(f"centernet_hg104_{side}x{side}{kind}_coco17" for side in (512, 1024) for kind in ("", "_kpts")),
    *(f"centernet_resnet50_{kind}_coco17" for kind in ("v1_fpn_512x512", "v1_fpn_512x512_kpts")),
    *(f"centernet_resnet50_{kind}_coco17" for kind in ("v2_512x512", "v2_512x512_kpts")),
    "centernet_resnet101_v1_fpn_512x512_coco17",
    *(f"centernet_mobilenetv2fpn_512x512_coco17_{kind}" for kind in ("od", "kpts")),
}


def near(value: float) -> Any:
    return pytest.approx(value, rel=1e-6)


def test_every_detection_model_of_the_zoo_is_there_under_its_name() -> None:
    assert set(template_names()) == NAMES
    assert [facts.name for facts in templates()] == template_names()


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


@pytest.mark.parametrize("name", ZOO)
def test_a_template_is_written_in_the_canonical_form_under_its_header(name: str) -> None:
    template = read_template(name)
    header, body = template.text.split("\n\n", 1)
    assert all(line.startswith("#") for line in header.splitlines())
    assert body == format_pipeline(template.message())


def resizing(message: Message) -> str:
    size = input_size(message, "")
    assert size is not None
    between = "to" if size.width != size.height and size.keeps_ratio else "x"
    return f"{size.width} {between} {size.height} px, {'aspect kept' if size.keeps_ratio else 'stretched'}"


@pytest.mark.parametrize("name", template_names())
def test_the_header_says_of_the_model_what_the_config_says(name: str) -> None:
    facts, message = ready_template(name).facts(), ready_template(name).message()
    train, kind = message.train_config, message.model.WhichOneof("model")
    optimizer = {"momentum": "momentum", "adam": "Adam", "rms_prop": "RMSProp"}[str(optimizer_name(train.optimizer))]
    rate = peak_rate(learning_rate_of(train.optimizer))
    assert facts.trained.startswith(
        f"batch {train.batch_size}, learning rate {rate:g} ({optimizer}), {train.num_steps:,} steps"
    )
    assert facts.input.startswith(resizing(message))
    assert ("keypoints" in facts.output) == bool(message.model.center_net.keypoint_estimation_task)
    assert ("masks" in facts.output) == (message.model.faster_rcnn.number_of_stages == 3)
    assert (facts.lane == "TF2") == (
        architecture(message, name).feature_extractor.type in FEATURE_EXTRACTORS[str(kind)]
    )


@pytest.mark.parametrize("name", ZOO)
def test_the_header_of_a_published_one_says_where_it_is_from(name: str) -> None:
    facts = ready_template(name).facts()
    assert facts.commit is not None
    assert facts.source.endswith(".config")
    assert facts.figures
    if name != "faster_rcnn_resnet50_v1_fpn_640x640_coco17":  # published as a configuration alone
        assert facts.speed_ms is not None
        assert facts.archive is not None


@pytest.mark.parametrize("name", ZOO)
def test_paths_are_left_to_be_filled_in(name: str) -> None:
    message = read_template(name).message()
    readers = [message.train_input_reader, *message.eval_input_reader]
    paths = [path for reader in readers for path in (reader.label_map_path, *reader.tf_record_input_reader.input_path)]
    checkpoint = message.train_config.fine_tune_checkpoint
    assert len(paths) == 4
    assert all(path.startswith(PLACEHOLDER) for path in (*paths, *filter(None, [checkpoint])))


@pytest.mark.parametrize(
    ("name", "coco_map", "speed"),
    [
        (SSD, 20.2, 19),
        ("efficientdet_d7_1536x1536_coco17", 51.2, 325),
        ("mask_rcnn_inception_resnet_v2_1024x1024_coco17", 39.0, 301),
        ("centernet_hg104_512x512_kpts_coco17", 40.0, 76),
        ("centernet_mobilenetv2fpn_512x512_coco17_kpts", None, 6),
        (EXAMPLE, None, None),
    ],
)
def test_figures_of_the_zoo_s_page(name: str, coco_map: float | None, speed: int | None) -> None:
    facts = ready_template(name).facts()
    assert (facts.coco_map, facts.speed_ms) == (coco_map, speed)


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


def test_a_template_wins_over_a_file_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(SSD).write_text("model { }", encoding="utf-8")
    assert not read_template(SSD).is_own
    assert read_template(f"./{SSD}").is_own


def test_a_ready_template_is_never_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.config"
    path.write_text("model { }", encoding="utf-8")
    with pytest.raises(UsageError, match="there is no such template"):
        ready_template(str(path))


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

"""Input, anchors, losses and detections, of each meta-architecture."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from tfodkit.config.model.architecture import architecture
from tfodkit.config.model.loss_weights import LOSS_WEIGHTS
from tfodkit.config.model_section import ModelSetup, model_setup, set_model
from tfodkit.config.options import RESIZERS, PipelineOptions
from tfodkit.config.pipeline import Message
from tfodkit.config.templates import read_template, template_names
from tfodkit.errors import UsageError

SSD = "ssd_mobilenet_v2_320x320_coco17"
FPN = "ssd_resnet50_v1_fpn_640x640_coco17"
EFFICIENTDET = "efficientdet_d0_512x512_coco17"
FASTER_RCNN = "faster_rcnn_resnet50_v1_800x1333_coco17"
CENTER_NET = "centernet_resnet50_v2_512x512_coco17"
HOURGLASS_KEYPOINTS = "centernet_hg104_512x512_kpts_coco17"
NAMES = (SSD, FPN, EFFICIENTDET, FASTER_RCNN, CENTER_NET)


def fit(
    name: str, *, objects: int = 1, batch_size: int = 8, **options: object
) -> tuple[Message, ModelSetup, list[str]]:
    """The model's message, what it comes to, and the notes."""
    message = read_template(name).message()
    asked = PipelineOptions(**options)  # type: ignore[arg-type]
    notes = set_model(message, asked, objects=objects, batch_size=batch_size, where=name)
    return architecture(message, name), model_setup(message, name), notes


@pytest.mark.parametrize("name", template_names())
def test_nothing_asked_changes_nothing(name: str) -> None:
    model, _, notes = fit(name)
    assert model == architecture(read_template(name).message(), name)
    assert notes == []


@pytest.mark.parametrize(
    ("name", "options", "size", "resizer"),
    [
        (SSD, {}, "300 x 300 px", "fixed"),
        (SSD, {"image_size": "320x240"}, "320 x 240 px", "fixed"),
        (SSD, {"resizer": "pad"}, "at most 300 px long and 300 px short, aspect kept", "pad"),
        (SSD, {"resizer": "pad", "image_size": (640, 480)}, "at most 640 px long and 480 px short, aspect kept", "pad"),
        (EFFICIENTDET, {"resizer": "fixed"}, "512 x 512 px", "fixed"),
        (EFFICIENTDET, {"resizer": "fixed", "image_size": (256, 384)}, "256 x 384 px", "fixed"),
        (FASTER_RCNN, {"resizer": "fixed"}, "1333 x 800 px", "fixed"),
        (FASTER_RCNN, {"resizer": "fixed", "image_size": 400}, "400 x 400 px", "fixed"),
        (FASTER_RCNN, {"image_size": 400}, "at most 666 px long and 400 px short, aspect kept", "pad"),
        (FASTER_RCNN, {"image_size": (300, 900)}, "at most 900 px long and 300 px short, aspect kept", "pad"),
        (
            FASTER_RCNN,
            {"resizer": "keep-ratio", "batch_size": 1},
            "at most 1333 px long and 800 px short, aspect kept",
            "keep-ratio",
        ),
    ],
)
def test_the_input(name: str, options: dict[str, object], size: str, resizer: str) -> None:
    _, setup, _ = fit(name, **options)
    assert (setup.input_size, setup.resizer) == (size, resizer)


def test_how_pixels_are_mixed_stays_with_another_resizer() -> None:
    message = read_template(SSD).message()
    fixed = message.model.ssd.image_resizer.fixed_shape_resizer
    fixed.resize_method, fixed.convert_to_grayscale = 3, True
    set_model(message, PipelineOptions(resizer="pad"), objects=1, batch_size=8, where=SSD)
    padded = message.model.ssd.image_resizer.keep_aspect_ratio_resizer
    assert (padded.resize_method, padded.convert_to_grayscale, padded.pad_to_max_dimension) == (3, True, True)


def test_anchors_of_each_generator() -> None:
    for name, scales in ((SSD, (0.1, 0.8)), (FPN, (3.0,)), (FASTER_RCNN, (0.1, 0.5, 2.0))):
        _, setup, _ = fit(name, anchor_scales=scales, aspect_ratios=(1, 3))
        assert setup.anchors is not None
        assert (setup.anchors.scales, setup.anchors.aspect_ratios) == (scales, (1, 3))


@pytest.mark.parametrize("name", NAMES)
def test_every_part_of_every_loss(name: str) -> None:
    kind = str(read_template(name).message().model.WhichOneof("model"))
    weights = {part: 2.0 + number for number, part in enumerate(LOSS_WEIGHTS[kind])}
    _, setup, _ = fit(name, loss_weights=weights)
    assert setup.loss_weights == weights


def test_a_weight_goes_to_the_field_of_its_name() -> None:
    assert fit(SSD, loss_weights="localization=3")[0].loss.localization_weight == 3
    assert fit(FASTER_RCNN, loss_weights={"first_stage_objectness": 3})[0].first_stage_objectness_loss_weight == 3
    assert fit(CENTER_NET, loss_weights={"scale": 3})[0].object_detection_task.scale_loss_weight == 3


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("count", [7, 250])
def test_as_many_detections_as_are_asked_for(name: str, count: int) -> None:
    model, setup, _ = fit(name, max_detections=count)
    assert setup.detections.most == count
    if name == CENTER_NET:
        assert model.object_center_params.max_box_predictions == count
    else:
        section = model.second_stage_post_processing if name == FASTER_RCNN else model.post_processing
        nms = section.batch_non_max_suppression
        assert (nms.max_detections_per_class, nms.max_total_detections) == (count, count)


def test_proposals_are_raised_for_detections_and_lowered_never() -> None:
    before = fit(FASTER_RCNN)[0].first_stage_max_proposals
    assert fit(FASTER_RCNN, max_detections=5)[0].first_stage_max_proposals == before
    assert fit(FASTER_RCNN, max_detections=before + 1)[0].first_stage_max_proposals == before + 1


def test_candidates_of_keypoints_are_raised_for_detections() -> None:
    tasks = fit(HOURGLASS_KEYPOINTS, max_detections=150)[0].keypoint_estimation_task
    assert [task.num_candidates_per_keypoint for task in tasks] == [150]


@pytest.mark.parametrize("name", NAMES)
def test_an_image_of_many_objects_gets_room(name: str) -> None:
    least = fit(name)[1].detections.most
    _, setup, notes = fit(name, objects=least + 1)
    assert setup.detections.most == least + 1
    assert notes == [f"the most detections are raised to {least + 1}, the most objects that one image has"]
    assert fit(name, objects=least)[2] == []


def test_a_center_net_with_a_suppression_has_its_thresholds() -> None:
    message = read_template(CENTER_NET).message()
    message.model.center_net.post_processing.batch_non_max_suppression.max_total_detections = 30
    asked = PipelineOptions(nms_iou=0.25, score_threshold=0.5)
    set_model(message, asked, objects=1, batch_size=8, where="")
    assert str(model_setup(message, "").detections) == "30 at most, NMS at IoU 0.25, scores from 0.5"


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        (
            SSD,
            {"resizer": "keep-ratio"},
            (
                "--resizer keep-ratio: images of several sizes make no batch of 8. "
                "Pass --resizer pad, or --batch-size 1."
            ),
        ),
        (
            FPN,
            {"resizer": "keep-ratio"},
            (
                "--resizer keep-ratio: for ssd_resnet50_v1_fpn_keras the sides must be multiples of 32, "
                "whatever the image's. Pass --resizer pad."
            ),
        ),
        (
            FPN,
            {"image_size": "640x500"},
            (
                "--image-size 640x500: for ssd_resnet50_v1_fpn_keras it must be a multiple of 32 from 160 on. "
                "Take 480 or 512 in place of 500."
            ),
        ),
        (
            FASTER_RCNN,
            {"loss_weights": "classification=1"},
            (
                "--loss-weights classification=1: the loss of faster_rcnn has no part 'classification'. "
                "Did you mean second_stage_classification?"
            ),
        ),
        (
            CENTER_NET,
            {"anchor_scales": "1,2"},
            (
                "--anchor-scales 1,2: center_net, the template's meta-architecture, has no anchors. "
                "Leave --anchor-scales out, or take another template."
            ),
        ),
        (
            CENTER_NET,
            {"aspect_ratios": "1"},
            (
                "--aspect-ratios 1: center_net, the template's meta-architecture, has no anchors. "
                "Leave --aspect-ratios out, or take another template."
            ),
        ),
        (
            FPN,
            {"anchor_scales": (1, 2)},
            (
                "--anchor-scales 1,2: the scales must be one, in strides of the feature map, but got 1,2. "
                "Give as many as the template's anchor generator takes."
            ),
        ),
        (
            CENTER_NET,
            {"nms_iou": 0.5},
            (
                "--nms-iou 0.5: the model is a CenterNet, which takes the highest peaks and suppresses nothing. "
                "Leave --nms-iou out, or take another template."
            ),
        ),
    ],
)
def test_what_the_model_has_not_is_told(name: str, options: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        fit(name, **options)
    assert str(caught.value) == message


def numbers(least: float, most: float) -> st.SearchStrategy[float]:
    """With as many digits as a config keeps."""
    return st.integers(1, 999).map(lambda part: float(f"{least + (most - least) * part / 1000:.4g}"))


@settings(deadline=None, max_examples=50)
@given(
    resizer=st.sampled_from([name for name in RESIZERS if name != "keep-ratio"]),
    width=st.integers(64, 4096),
    height=st.integers(64, 4096),
    scales=st.lists(numbers(0, 9), min_size=1, max_size=6),
    ratios=st.lists(numbers(0, 9), min_size=1, max_size=6),
    weights=st.dictionaries(st.sampled_from(list(LOSS_WEIGHTS["faster_rcnn"])), numbers(0, 9), min_size=1),
    most=st.integers(1, 1000),
    iou=numbers(0, 1),
    score=numbers(0, 1),
)
def test_what_was_asked_for_is_read_back(
    resizer: str,
    width: int,
    height: int,
    scales: list[float],
    ratios: list[float],
    weights: dict[str, float],
    most: int,
    iou: float,
    score: float,
) -> None:
    asked = PipelineOptions(
        resizer=resizer,
        image_size=(width, height),
        anchor_scales=tuple(scales),
        aspect_ratios=tuple(ratios),
        loss_weights=weights,
        max_detections=most,
        nms_iou=iou,
        score_threshold=score,
    )
    message = read_template(FASTER_RCNN).message()
    set_model(message, asked, objects=1, batch_size=8, where="")
    setup = model_setup(message, "")
    short, long = sorted((width, height))
    shown = (
        f"{width} x {height} px" if resizer == "fixed" else f"at most {long} px long and {short} px short, aspect kept"
    )
    assert setup.anchors is not None
    assert (
        PipelineOptions(
            resizer=setup.resizer,
            image_size=(width, height),
            anchor_scales=setup.anchors.scales,
            aspect_ratios=setup.anchors.aspect_ratios,
            loss_weights={name: setup.loss_weights[name] for name in weights},
            max_detections=setup.detections.most,
            nms_iou=setup.detections.nms_iou,
            score_threshold=setup.detections.score_threshold,
        )
        == asked
    )
    assert setup.input_size == shown

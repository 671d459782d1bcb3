from __future__ import annotations

from pathlib import Path

import pytest

from tfodkit.config import PipelineOptions, make_config
from tfodkit.config.memory.facts import MODEL_FACTS, PROCESS_BYTES, SCORE_BYTES, STEP_OVERHEAD
from tfodkit.config.memory.forecast import MemoryForecast, Need, forecast_memory, model_facts
from tfodkit.config.pipeline import Message, read_pipeline
from tfodkit.config.templates import read_template, template_names
from tfodkit.records.manifest import RecordManifest

SSD = "ssd_mobilenet_v2_320x320_coco17"
RETINANET = "ssd_resnet50_v1_fpn_640x640_coco17"
FASTER_RCNN = "faster_rcnn_resnet50_v1_640x640_coco17"
MASK_RCNN = "mask_rcnn_inception_resnet_v2_1024x1024_coco17"
CENTER_NET = "centernet_resnet50_v2_512x512_coco17"


def template(name: str, batch_size: int = 8) -> Message:
    message = read_template(name).message()
    message.train_config.batch_size = batch_size
    return message


def forecast(message: Message, manifest: RecordManifest | None = None) -> MemoryForecast:
    found = forecast_memory(message, manifest)
    assert found is not None
    return found


@pytest.mark.parametrize("name", template_names())
def test_every_template_has_a_forecast(name: str) -> None:
    found = forecast(template(name))
    assert min(found.variables, found.activations, found.pictures) > 0
    assert found.without_gpu().total == pytest.approx(found.total, abs=found.batch_size)


def test_the_parts_add_up() -> None:
    message = template(SSD)
    found = forecast(message)
    facts = MODEL_FACTS["ssd_mobilenet_v2_keras"]
    assert found.variables == facts.parameters * 4 * (2 + 1)
    assert found.activations == round(STEP_OVERHEAD * 8 * facts.bytes_per_pixel * 300 * 300)
    assert found.pictures == 8 * (8 + 2 + 1) * 300 * 300 * 3 * 4
    assert found.shuffle_buffers == 0
    assert found.total == PROCESS_BYTES + found.variables + found.activations + found.pictures


@pytest.mark.parametrize(
    ("change", "copies"),
    [
        (lambda m: m.train_config.optimizer.adam_optimizer.SetInParent(), 4),
        (lambda m: m.train_config.optimizer.rms_prop_optimizer.SetInParent(), 4),
        (lambda m: setattr(m.train_config.optimizer, "use_moving_average", True), 4),
        (lambda m: m.train_config.ClearField("optimizer"), 3),  # averages unless it says otherwise
    ],
)
def test_an_optimizer_keeps_copies_of_the_weights(change: object, copies: int) -> None:
    message = template(SSD)
    change(message)  # type: ignore[operator]
    assert forecast(message).variables == MODEL_FACTS["ssd_mobilenet_v2_keras"].parameters * 4 * copies


def test_what_a_step_keeps_grows_with_batch_and_pixels() -> None:
    once = forecast(template(SSD)).activations
    assert forecast(template(SSD, 16)).activations == pytest.approx(2 * once)
    larger = template(SSD)
    larger.model.ssd.image_resizer.fixed_shape_resizer.width = 600
    assert forecast(larger).activations == pytest.approx(2 * once)


def test_a_narrow_backbone_keeps_and_learns_less() -> None:
    narrow = template(SSD)
    narrow.model.ssd.feature_extractor.depth_multiplier = 0.5
    assert forecast(narrow).activations == pytest.approx(forecast(template(SSD)).activations / 2)
    assert forecast(narrow).variables == pytest.approx(forecast(template(SSD)).variables / 4)


def test_each_anchor_has_a_score_of_each_class() -> None:
    few, many = template(RETINANET), template(RETINANET)
    few.model.ssd.num_classes = 10
    anchors = 6 * (80**2 + 40**2 + 20**2 + 10**2 + 5**2)
    more = forecast(many).activations - forecast(few).activations
    assert more == pytest.approx(STEP_OVERHEAD * 8 * SCORE_BYTES * anchors * 80)


def test_each_point_of_a_heat_map_has_a_score_of_each_class() -> None:
    few, many = template(CENTER_NET, 64), template(CENTER_NET, 64)
    few.model.center_net.num_classes = 10
    more = forecast(many).activations - forecast(few).activations
    assert more == pytest.approx(STEP_OVERHEAD * 64 * SCORE_BYTES * 128 * 128 * 80)


def test_a_small_batch_of_centernet_takes_a_heat_map_for_each_object() -> None:
    some, more = template(CENTER_NET, 1), template(CENTER_NET, 1)
    more.train_input_reader.max_number_of_boxes = 300
    extra = forecast(more).activations - forecast(some).activations
    assert extra == pytest.approx(STEP_OVERHEAD * 4 * 200 * 90 * 128 * 128)


def test_proposals_count_whatever_the_size_of_the_input() -> None:
    few = template(FASTER_RCNN)
    few.model.faster_rcnn.second_stage_batch_size = 32
    less = forecast(template(FASTER_RCNN)).activations - forecast(few).activations
    assert less == pytest.approx(STEP_OVERHEAD * 8 * 32 * MODEL_FACTS["faster_rcnn_resnet50_keras"].bytes_per_proposal)


def test_masks_are_carried_for_every_box_there_is_room_for() -> None:
    message = template(MASK_RCNN, 1)
    assert message.train_input_reader.load_instance_masks
    assert forecast(message).pictures == (8 + 2 + 1) * (3 + 100) * 1024 * 1024 * 4
    assert model_facts(message) is not model_facts(template("faster_rcnn_inception_resnet_v2_1024x1024_coco17"))


def test_shuffle_buffers_are_of_the_records_sizes(records: Path, tmp_path: Path) -> None:
    make_config(SSD, records, tmp_path / "pipeline.config")
    message = read_pipeline(tmp_path / "pipeline.config")
    message.train_input_reader.shuffle_buffer_size = 50
    manifest = RecordManifest.read(records)
    assert forecast(message, manifest).shuffle_buffers == 3 * 50 * 1000  # groups, records, bytes
    message.train_input_reader.shuffle = False
    assert forecast(message, manifest).shuffle_buffers == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m.model.Clear(),
        lambda m: setattr(m.model.ssd.feature_extractor, "type", "ssd_of_somebody"),
        lambda m: m.model.ssd.image_resizer.identity_resizer.SetInParent(),
        lambda m: setattr(m.model.ssd.image_resizer.fixed_shape_resizer, "height", 0),
        lambda m: setattr(m.train_config, "batch_size", 0),
    ],
)
def test_nothing_is_said_of_what_is_not_known(change: object) -> None:
    message = template(SSD)
    change(message)  # type: ignore[operator]
    assert forecast_memory(message) is None


def test_a_need_tells_how_many_images_fit() -> None:
    need = Need(fixed=100, an_image=10, images=8)
    assert need.total == 180
    assert [need.most_images(memory) for memory in (179, 180, 109, 50)] == [7, 8, 0, 0]


def test_gpus_share_out_a_batch() -> None:
    found = forecast(template(SSD))
    assert (found.of_gpu().images, found.of_gpu(3).images) == (8, 3)
    assert found.of_gpu().total + found.beside_gpu().total == pytest.approx(found.total, abs=16)


def test_the_flags_of_make_config_reach_the_forecast(records: Path, tmp_path: Path) -> None:
    make_config(SSD, records, tmp_path / "small.config", PipelineOptions(batch_size=2, image_size=160))
    small = forecast(read_pipeline(tmp_path / "small.config"))
    assert small.activations == pytest.approx(
        STEP_OVERHEAD * 2 * 160 * 160 * MODEL_FACTS["ssd_mobilenet_v2_keras"].bytes_per_pixel
    )


def test_make_config_tells_what_it_comes_to(records: Path, tmp_path: Path) -> None:
    made = make_config(SSD, records, tmp_path / "pipeline.config")
    assert made.memory == forecast(read_pipeline(made.path), RecordManifest.read(records))

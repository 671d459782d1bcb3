from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import tfodkit
from tests.config.linting import lint_file
from tfodkit.config import PipelineOptions, make_config
from tfodkit.config.memory import machine
from tfodkit.config.model.architecture import architecture
from tfodkit.config.model.beside_boxes import leave_out_keypoints
from tfodkit.config.pipeline import Message, format_pipeline, read_pipeline
from tfodkit.config.templates import read_template, template_names
from tfodkit.errors import ConfigError, OutputError, RecordError, UsageError
from tfodkit.records.box_sample import MOST_BOXES, SampledBox
from tfodkit.records.manifest import RecordManifest

SSD = "ssd_mobilenet_v2_320x320_coco17"
EFFICIENTDET = "efficientdet_d0_512x512_coco17"
GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "out" / "pipeline.config"


def written(output: Path) -> Message:
    return read_pipeline(output)


def test_the_golden_config(records: Path, output: Path) -> None:
    """Users keep these files under version control: a change of a byte is a change that they see."""
    options = PipelineOptions(weights={"mug": 1.5}, batch_size=16, steps=1000, augment=("random_horizontal_flip",))
    make_config(SSD, records, output, options)
    text = output.read_text(encoding="utf-8")
    text = (
        text.replace(str(records), "RECORDS")
        .replace(str(output), "OUTPUT")
        .replace(f"tfodkit {tfodkit.__version__}", "tfodkit VERSION")
    )
    assert text == (GOLDEN / "make_config.config").read_text(encoding="utf-8")


def test_twice_the_same_bytes(records: Path, output: Path) -> None:
    make_config(SSD, records, output)
    first = output.read_bytes()
    make_config(SSD, records, output, force=True)
    assert output.read_bytes() == first


@pytest.mark.parametrize("name", template_names())
def test_every_template_fits_the_records(name: str, records: Path, output: Path) -> None:
    made = make_config(name, records, output)
    message = written(output)
    assert architecture(message, "").num_classes == 2
    assert made.classes == ("bagel", "mug")
    assert (made.train_images, made.val_images) == (125, 31)
    assert made.epochs == made.training.steps * made.training.batch_size / 125
    assert message.train_config.num_steps == made.training.steps
    assert "PATH_TO_BE_CONFIGURED" not in output.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", template_names())
def test_the_model_is_the_template_s_but_for_the_classes(name: str, records: Path, output: Path) -> None:
    make_config(name, records, output)
    expected, message = read_template(name).message(), written(output)
    architecture(expected, "").num_classes = 2
    leave_out_keypoints(expected)  # the records name none
    assert message.model == expected.model
    assert message.train_config.data_augmentation_options == expected.train_config.data_augmentation_options


def test_what_loses_or_spoils_a_run_is_mended(records: Path, output: Path) -> None:
    make_config(EFFICIENTDET, records, output)
    message = written(output)
    train, (reader,) = message.train_config, message.eval_input_reader
    assert not train.HasField("use_bfloat16")
    assert not train.HasField("sync_replicas")
    assert not train.HasField("fine_tune_checkpoint")
    assert train.optimizer.HasField("use_moving_average")
    assert (reader.drop_remainder, reader.shuffle, reader.num_epochs) == (False, False, 1)
    assert message.eval_config.batch_size == 1
    assert list(message.eval_config.metrics_set) == ["coco_detection_metrics"]
    assert not message.eval_config.include_metrics_per_category
    assert message.train_input_reader.shuffle_buffer_size == 80


def test_what_was_left_out_is_said(records: Path, output: Path) -> None:
    made = make_config(EFFICIENTDET, records, output)
    fields = ("replicas_to_aggregate", "startup_delay_steps", "sync_replicas", "use_bfloat16")
    names = ", ".join(f"train_config.{field}" for field in fields)
    assert made.notes == (
        "the template's fine_tune_checkpoint is left out",
        f"left out, without effect or harmful in TensorFlow 2 off TPUs: {names}",
    )
    for note in made.notes:
        assert f"# note:          {note}\n" in output.read_text(encoding="utf-8")


def test_metrics_by_category_of_a_config_of_ones_own_stay(records: Path, output: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.config"
    own.write_text(
        read_template(SSD).text.replace("eval_config {", "eval_config {\n  include_metrics_per_category: true"),
        encoding="utf-8",
    )
    made = make_config(str(own), records, output)
    assert written(output).eval_config.include_metrics_per_category
    assert (made.training.batch_size, made.training.steps) == (512, 50_000)


def test_crowded_images_get_room(records_writer: Callable[..., RecordManifest], tmp_path: Path, output: Path) -> None:
    records_writer(tmp_path / "crowded", {"bee": 4}, {"bee": 1}, max_boxes_per_image=300)
    made = make_config(SSD, tmp_path / "crowded", output)
    message = written(output)
    assert message.train_input_reader.max_number_of_boxes == 300
    assert message.eval_input_reader[0].max_number_of_boxes == 300
    assert message.train_config.max_number_of_boxes == 300
    assert "max_number_of_boxes is raised to 300, the most objects that one image has" in made.notes
    assert "the most detections are raised to 300, the most objects that one image has" in made.notes
    assert made.model.detections.most == 300


def test_detections_that_are_asked_for_stay_however_full_an_image_is(
    records_writer: Callable[..., RecordManifest], tmp_path: Path, output: Path
) -> None:
    records_writer(tmp_path / "crowded", {"bee": 4}, {"bee": 1}, max_boxes_per_image=300)
    made = make_config(SSD, tmp_path / "crowded", output, PipelineOptions(max_detections=50))
    assert made.model.detections.most == 50
    assert not [note for note in made.notes if "detections" in note]


def test_epochs_count_the_images_that_are_drawn(records: Path, output: Path) -> None:
    made = make_config(SSD, records, output, PipelineOptions(epochs=3, batch_size=10, weights="background=0"))
    assert (made.train_images, made.training.steps, made.epochs) == (100, 30, 3)
    assert "# steps:         30 of 10 images: 3 epochs\n" in output.read_text(encoding="utf-8")


def test_the_header_tells_what_was_set(records: Path, output: Path) -> None:
    options = PipelineOptions(
        steps=1000,
        learning_rate=0.1,
        optimizer="momentum:momentum=0.8",
        schedule="one-cycle",
        ema=0.99,
        gradient_clipping=5,
        freeze="backbone",
        image_size=(320, 256),
        anchor_scales=(0.1, 0.8),
        loss_weights={"localization": 2},
        max_detections=20,
        nms_iou=0.5,
        score_threshold=0.25,
        metrics=("coco_detection_metrics", "pascal_voc_detection_metrics"),
    )
    make_config(SSD, records, output, options)
    lines = output.read_text(encoding="utf-8").splitlines()
    assert lines[6:19] == [
        "# steps:         1000 of 8 images: 64 epochs",
        "# learning rate: 0.1 (as asked)",
        "# schedule:      cosine: 0.004 up to 0.1 over 300 steps, down to 0 at step 1,000",
        "# optimizer:     momentum:momentum=0.8, weights averaged with 0.99, gradients clipped to 5",
        "# frozen:        _feature_extractor/classification_backbone/",
        "# start:         random weights; --checkpoint fine-tunes",
        "# input:         320 x 256 px, fixed",
        "# anchors:       scales 0.1, 0.8; aspect ratios 1, 2, 0.5, 3, 0.3333",
        "# loss weights:  classification 1, localization 2",
        "# detections:    20 at most, NMS at IoU 0.5, scores from 0.25",
        "# metrics:       coco_detection_metrics, pascal_voc_detection_metrics",
        "# memory:        about 2.3 GB to train: 1.1 GB for the model, on the GPU where there is one; 1.2 GB beside it",
        "# note:          the template's fine_tune_checkpoint is left out",
    ]
    message = written(output)
    assert message.train_config.optimizer.use_moving_average
    assert message.eval_config.use_moving_averages
    assert list(message.train_config.freeze_variables) == ["_feature_extractor/classification_backbone/"]


def test_an_empty_record_is_left_out(
    records_writer: Callable[..., RecordManifest], tmp_path: Path, output: Path
) -> None:
    records_writer(tmp_path / "some", {"bee": 4, "wasp": 0}, {"bee": 1})
    made = make_config(SSD, tmp_path / "some", output)
    assert [group.pattern for group in made.records] == ["train_bee.record"]
    assert "left out, without an image: train_wasp.record" in made.notes


def test_a_class_name_can_not_end_the_header(
    records_writer: Callable[..., RecordManifest], tmp_path: Path, output: Path
) -> None:
    records_writer(tmp_path / "odd", {"a\nb": 4}, {"a\nb": 1})
    make_config(SSD, tmp_path / "odd", output)
    assert "# classes:       1: a?b\n" in output.read_text(encoding="utf-8")


def test_image_size_and_the_crop_that_follows_it(records: Path, output: Path) -> None:
    make_config(EFFICIENTDET, records, output, PipelineOptions(image_size=256))
    message = written(output)
    resizer = message.model.ssd.image_resizer.keep_aspect_ratio_resizer
    assert (resizer.min_dimension, resizer.max_dimension) == (256, 256)
    steps = message.train_config.data_augmentation_options
    assert steps[1].random_scale_crop_and_pad_to_square.output_size == 256


def test_image_size_needs_a_resizer_that_resizes(records: Path, output: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.config"
    fixed = "fixed_shape_resizer {\n        height: 300\n        width: 300\n      }"
    own.write_text(read_template(SSD).text.replace(fixed, "identity_resizer {\n      }"), encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        make_config(str(own), records, output, PipelineOptions(image_size=256))
    assert str(caught.value) == (
        "--image-size 256: the template's resizer is identity_resizer, which has no size to set. "
        "Leave --image-size out, or take another template."
    )


def test_nothing_is_overwritten_unasked(records: Path, output: Path) -> None:
    output.parent.mkdir()
    output.write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError) as caught:
        make_config(SSD, records, output)
    assert str(caught.value) == f"{output}: the file exists. Choose another name or pass --force."
    assert output.read_text(encoding="utf-8") == "mine"


def test_a_folder_in_the_way_is_told_and_stays(records: Path, output: Path) -> None:
    output.mkdir(parents=True)
    with pytest.raises(OutputError, match="a folder is in the way of the file to write"):
        make_config(SSD, records, output, force=True)
    assert output.is_dir()


def test_a_place_that_can_not_be_written_is_told(records: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="can't be written"):
        make_config(SSD, records, tmp_path / "file" / "pipeline.config")


@pytest.mark.parametrize(
    ("options", "error"),
    [({"weights": "spoon=1"}, UsageError), ({"augment": ("flip",)}, UsageError), ({"optimizer": "adam"}, UsageError)],
)
def test_after_an_error_nothing_is_there(
    records: Path, output: Path, options: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        make_config(SSD, records, output, PipelineOptions(**options))  # type: ignore[arg-type]
    assert not output.exists()


def test_a_split_without_images_is_told(
    records_writer: Callable[..., RecordManifest], tmp_path: Path, output: Path
) -> None:
    records_writer(tmp_path / "train_only", {"bee": 4}, {})
    with pytest.raises(RecordError, match=r"the records hold no image to validate on\. Run make-records again"):
        make_config(SSD, tmp_path / "train_only", output)


def test_a_record_that_went_missing_is_told(records: Path, output: Path) -> None:
    (records / "train_mug.record").unlink()
    with pytest.raises(RecordError, match=r"train_mug\.record: the manifest names this file, but it is not there"):
        make_config(SSD, records, output)


def test_a_label_map_of_other_classes_is_told(records: Path, output: Path) -> None:
    path = records / "label_map.pbtxt"
    path.write_text(path.read_text(encoding="utf-8").replace("mug", "cup"), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        make_config(SSD, records, output)
    assert str(caught.value).splitlines()[0] == (
        f"{output}: train_input_reader: class 2 is 'mug' in the records, but 'cup' in the label map. "
        "Run make-config again for these records. [TFK648]"
    )
    assert not output.exists()


def test_make_config_runs_without_tensorflow(records: Path, output: Path) -> None:
    program = (
        "import sys, tfodkit\n"
        f"tfodkit.make_config({SSD!r}, {str(records)!r}, {str(output)!r})\n"
        "heavy = {'tensorflow', 'tf_keras', 'keras', 'numpy', 'matplotlib', 'pandas', 'cv2'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_neither_make_config_nor_check_loads_tensorflow_for_50_000_pictures(records: Path, output: Path) -> None:
    """With as many boxes sampled as there can be, which the rules about anchors go through."""
    manifest = RecordManifest.read(records)
    files = tuple(replace(file, images=400 * file.images) for file in manifest.files)
    boxes = {split: (SampledBox(0.25, 0.25, 0.5, 0.75, 1, 640, 480),) * MOST_BOXES for split in ("train", "val")}
    replace(manifest, files=files, box_sample=boxes).write(records)
    assert manifest.images("train") * 400 == 50_000
    program = (
        "import sys, tfodkit.cli.main as main\n"
        f"for words in (['make-config', '--template', {SSD!r}, '--records', {str(records)!r}, '-o', {str(output)!r}],"
        f" ['check', {str(output)!r}]):\n"
        "    sys.argv[1:] = words\n"
        "    try:\n        main.main()\n    except SystemExit as end:\n        assert not end.code\n"
        "heavy = {'tensorflow', 'tf_keras', 'keras', 'matplotlib', 'pandas', 'cv2'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_records_of_the_first_manifest_version_still_train(records: Path, output: Path) -> None:
    manifest = RecordManifest.read(records)
    old = {
        "format_version": 1,
        "tfodkit_version": "0.1.0",
        "seed": 0,
        "split": 0.8,
        "classes": [{"id": class_id, "name": name} for name, class_id in manifest.label_map.ids().items()],
        "dropped": [],
        "files": [
            {
                "name": file.name,
                "split": file.split,
                "home_class": file.group,
                "sha256": "0" * 64,
                "images": file.images,
                "max_boxes_per_image": file.max_boxes_per_image,
                "bytes": file.bytes,
                "boxes": dict(file.boxes),
                "images_with": dict(file.images_with),
            }
            for file in manifest.files
        ],
    }
    make_config(SSD, records, output)
    expected = written(output)
    (records / "manifest.json").write_text(json.dumps(old), encoding="utf-8")
    make_config(SSD, records, output, force=True)
    assert written(output) == expected


def test_what_is_set_by_its_path_is_set_last_and_counted(records: Path, output: Path) -> None:
    paths = (
        "model.ssd.post_processing.batch_non_max_suppression.max_total_detections=300",
        "train_config.batch_size=25",
        "train_config.num_steps=10",
        "train_config.optimizer.momentum_optimizer.learning_rate={ constant_learning_rate { learning_rate: 0.5 } }",
        "train_input_reader.sample_from_datasets_weights=[1,1,0]",
        "train_config.sync_replicas=true",
    )
    made = make_config(SSD, records, output, PipelineOptions(batch_size=16, overrides=paths))
    message = written(output)
    assert message.model.ssd.post_processing.batch_non_max_suppression.max_total_detections == 300
    assert (made.training.batch_size, made.training.steps, made.train_images, made.epochs) == (25, 10, 100, 2.5)
    assert (made.training.schedule, made.training.learning_rate, made.training.rate_origin) == (
        "constant",
        0.5,
        "as set",
    )
    assert [(group.weight, group.share) for group in made.records] == [(1, 0.5), (1, 0.5), (0, 0)]
    assert f"--set: {paths[0].replace('=', ' is ')}, was 100" in made.notes
    assert made.notes[-1] == "--set: train_config.sync_replicas is true, was false by default"
    assert f"# note:          {made.notes[-1]}\n" in output.read_text(encoding="utf-8")


def test_what_the_linter_warns_of_is_told_at_once(records: Path, output: Path) -> None:
    """With the remedy and the code; the sentence of make_config's own on images drawn too often stands first."""
    override = "train_config.sync_replicas=true"
    made = make_config(SSD, records, output, PipelineOptions(overrides=(override,), weights="mug=100"))
    often, dead = made.warnings
    assert often.startswith("each of the 20 images of train_mug.record is drawn ")
    assert dead == "train_config: nothing reads sync_replicas. Take it out. [TFK626]"
    assert f"# warning:       {dead}\n" in output.read_text(encoding="utf-8")
    assert [finding.code for finding in lint_file(output)] == ["TFK626"]


def test_a_warning_about_this_machine_s_memory_is_left_to_check(
    records: Path, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same options give the same bytes everywhere."""
    monkeypatch.setattr(machine, "_available", lambda: 1)
    assert make_config(SSD, records, output).warnings == ()


@pytest.mark.parametrize(
    ("override", "error"),
    [
        ("train_config.optimizer={}", ConfigError),
        ("train_config.optimizer.adam_optimizer={}", ConfigError),
        ("train_input_reader.sample_from_datasets_weights=[0,0,0]", ConfigError),
        ("train_input_reader.sample_from_datasets_weights=[1]", ConfigError),
        ("train_config.batch_size=0", ConfigError),
        ("model.ssd.num_classes=3", ConfigError),
        ("model.ssd.num_class=3", UsageError),
    ],
)
def test_an_override_that_could_not_run_writes_nothing(
    records: Path, output: Path, override: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        make_config(SSD, records, output, PipelineOptions(overrides=(override,)))
    assert not output.exists()


def test_fourteen_classes_are_read_in_order_each_with_its_own_weight(
    records_writer: Callable[..., RecordManifest], tmp_path: Path, output: Path
) -> None:
    """As the bakery has them: a record for each of 14 classes, drawn at 1.0 or 1.5."""
    names = [f"pastry{number:02}" for number in range(14)]
    weights = {name: 1.5 if number in (2, 3, 7, 11) else 1.0 for number, name in enumerate(names)}
    images = {name: 5 + number for number, name in enumerate(names)}
    records_writer(tmp_path / "bakery", images, dict.fromkeys(names, 2))
    asked = dict(reversed(weights.items()))
    make_config(SSD, tmp_path / "bakery", output, PipelineOptions(weights=asked))
    reader = written(output).train_input_reader
    paths = [Path(path).name for path in reader.tf_record_input_reader.input_path]
    assert paths == [f"train_{name}.record" for name in names]
    assert list(reader.sample_from_datasets_weights) == list(weights.values())


def test_a_config_of_tensorflow_1_is_a_template_as_it_stands(records: Path, output: Path, tmp_path: Path) -> None:
    own = tmp_path / "old.config"
    text = read_template(SSD).text.replace(
        'type: "ssd_mobilenet_v2_keras"', 'type: "ssd_mobilenet_v2"\nbatch_norm_trainable: true'
    )
    text = text.replace("train_config {", "train_config {\n  summarize_gradients: true")
    own.write_text(text, encoding="utf-8")
    made = make_config(str(own), records, output)
    line = 1 + text.splitlines().index("batch_norm_trainable: true")
    assert made.notes[:2] == (
        f"left out SsdFeatureExtractor.batch_norm_trainable of line {line}, which the API has no more",
        (
            "ssd_mobilenet_v2 is a model of lane TF1, which tfodkit train can't run yet; "
            f"its nearest of TensorFlow 2 is --template {SSD}"
        ),
    )
    assert written(output).train_config.summarize_gradients
    assert [finding.code for finding in lint_file(output) if finding.is_error] == ["TFK605"]
    assert "TFK626" not in {finding.code for finding in lint_file(output)}


def test_a_first_step_of_0_in_a_template_of_ones_own_is_mended(records: Path, output: Path, tmp_path: Path) -> None:
    own = tmp_path / "old.config"
    message = read_template(SSD).message()
    rate = message.train_config.optimizer.momentum_optimizer.learning_rate
    rate.manual_step_learning_rate.initial_learning_rate = 0.5
    for step, value in ((0, 0.25), (900, 0.125)):
        rate.manual_step_learning_rate.schedule.add(step=step, learning_rate=value)
    own.write_text(format_pipeline(message), encoding="utf-8")
    made = make_config(str(own), records, output)
    assert made.notes[0] == "schedule { step: 0 } is taken for the rate to start with, 0.25"
    assert made.training.learning_rate == 0.25
    assert not any(finding.is_error for finding in lint_file(output))

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.config.linting import check_pipeline
from tfodkit.config import make_config, read_checked_pipeline
from tfodkit.config.pipeline import Message, parse_pipeline, read_pipeline
from tfodkit.config.templates import read_template
from tfodkit.dataset.label_map import read_class_names
from tfodkit.errors import ConfigError
from tfodkit.records.manifest import RecordManifest
from tfodkit.resources import folder

SSD = "ssd_mobilenet_v2_320x320_coco17"


@pytest.fixture
def config(records: Path, tmp_path: Path) -> Path:
    path = tmp_path / "pipeline.config"
    make_config(SSD, records, path)
    return path


def cosine(message: Message) -> Message:
    return message.train_config.optimizer.momentum_optimizer.learning_rate.cosine_decay_learning_rate


def set_milestones(message: Message, *steps: int) -> None:
    manual = message.train_config.optimizer.momentum_optimizer.learning_rate.manual_step_learning_rate
    manual.SetInParent()
    for step in steps:
        manual.schedule.add(step=step)


BREAKS: list[tuple[Callable[[Message], object], str]] = [
    (
        lambda m: m.model.Clear(),
        "model must hold one of ssd, faster_rcnn, center_net, but got none. Start from a template.",
    ),
    (lambda m: m.model.ssd.ClearField("num_classes"), "ssd.num_classes must be 1 or more, but got 0. Run make-config"),
    (
        lambda m: setattr(m.model.ssd.feature_extractor, "type", "ssd_mobilenet_v1"),
        "ssd_mobilenet_v1 is a model of TensorFlow 1, which can't be trained yet; take ssd_mobilenet_v2_320x320_coco17",
    ),
    (
        lambda m: setattr(m.model.ssd.feature_extractor, "type", "ssd_mobilenet_v1_kers"),
        "one of TensorFlow 2's, but got 'ssd_mobilenet_v1_kers'. Did you mean ssd_mobilenet_v1_keras",
    ),
    (lambda m: m.model.ssd.ClearField("feature_extractor"), "must be one of TensorFlow 2's, but got ''. Choose one of"),
    (lambda m: setattr(m.model.ssd, "num_classes", 90), "train_input_reader: num_classes is 90, but the ids of "),
    (lambda m: m.train_config.ClearField("num_steps"), "train_config.num_steps must be 1 or more, but got 0."),
    (lambda m: setattr(m.train_config, "batch_size", 0), "train_config.batch_size must be 1 or more, but got 0."),
    (
        lambda m: setattr(m.train_config, "fine_tune_checkpoint", "PATH_TO_BE_CONFIGURED"),
        "fine_tune_checkpoint is a placeholder, 'PATH_TO_BE_CONFIGURED'. Name a checkpoint, or take the line out.",
    ),
    (
        lambda m: m.train_config.ClearField("optimizer"),
        "train_config.optimizer must have a learning rate, but got none.",
    ),
    (
        lambda m: setattr(cosine(m), "warmup_steps", 5000),
        "warmup_steps and hold_base_rate_steps take 5000 of the cosine's",
    ),
    (lambda m: setattr(cosine(m), "warmup_learning_rate", 1), "warmup_learning_rate 1 > learning_rate_base 0.0125."),
    (
        lambda m: set_milestones(m, 0, 10),
        "the steps of manual_step_learning_rate must rise from above 0, but got [0, 10].",
    ),
    (set_milestones, "the steps of manual_step_learning_rate must rise from above 0, but got []."),
    (lambda m: m.ClearField("eval_input_reader"), "there is no eval_input_reader."),
    (lambda m: m.train_input_reader.ClearField("label_map_path"), "label_map_path must be a file, but got ''."),
    (
        lambda m: setattr(m.train_input_reader, "label_map_path", "/absent.pbtxt"),
        "train_input_reader: /absent.pbtxt: the label map can't be read: [Errno 2]",
    ),
    (
        lambda m: m.train_input_reader.tf_record_input_reader.input_path.append("/absent/train_cup.record"),
        "train_input_reader: no file at input_path /absent/train_cup.record. Check the path;",
    ),
    (
        lambda m: m.eval_input_reader[0].tf_record_input_reader.ClearField("input_path"),
        "eval_input_reader: there is no input_path.",
    ),
    (
        lambda m: m.train_input_reader.sample_from_datasets_weights.append(1.0),
        "train_input_reader: 4 sample_from_datasets_weights for 3 input_paths. Give each input_path one weight.",
    ),
    (
        lambda m: m.train_input_reader.sample_from_datasets_weights.__setitem__(0, -1.0),
        "sample_from_datasets_weights must be 0 or more and not all 0, but got [-1.0, 20.0, 25.0].",
    ),
]


def test_what_make_config_writes_has_no_problem(config: Path) -> None:
    assert check_pipeline(read_pipeline(config), where="") == []


@pytest.mark.parametrize(("break_it", "expected"), BREAKS)
def test_each_rule_finds_its_problem(config: Path, break_it: Callable[[Message], object], expected: str) -> None:
    message = read_pipeline(config)
    break_it(message)
    problems = [str(problem) for problem in check_pipeline(message, where="my.config")]
    assert any(expected in problem for problem in problems), problems
    assert all(problem.startswith("my.config: ") for problem in problems)


def test_a_published_template_is_not_ready_to_run() -> None:
    problems = [str(problem) for problem in check_pipeline(read_template(SSD).message(), where="t")]
    assert "t: train_input_reader: label_map_path must be a file, but got 'PATH_TO_BE_CONFIGURED/label_map.txt'" in (
        "\n".join(problems)
    )


def test_an_empty_record_would_hang_training(config: Path, records: Path) -> None:
    (records / "train_mug.record").write_bytes(b"")
    with pytest.raises(ConfigError) as caught:
        read_checked_pipeline(config)
    line = 1 + next(
        number for number, line in enumerate(config.read_text().splitlines()) if 'train_mug.record"' in line
    )
    record = f"{config}:{line}: train_input_reader: the record {records / 'train_mug.record'}"
    again = "Run make-config again for these records."
    assert str(caught.value).splitlines() == [
        f"{record} is empty: a weighted empty record hangs training. {again} [TFK645]",
        f"{record} has 0 bytes, but its manifest says 20000. Run make-records again. [TFK650]",
    ]


def test_a_shard_that_is_not_there(config: Path, records: Path) -> None:
    manifest = RecordManifest.read(records)
    names = [f"train_mug.record-{number:05}-of-00002" for number in range(2)]
    shards = (replace(manifest.files[1], name=name, bytes=1) for name in names)
    replace(manifest, files=(manifest.files[0], *shards, *manifest.files[2:])).write(records)
    for name in names:
        (records / name).write_bytes(b"x")
    text = config.read_text(encoding="utf-8").replace("train_mug.record", "train_mug.record-?????-of-00002")
    config.write_text(text, encoding="utf-8")
    assert [path.name for path in read_checked_pipeline(config).train_records[1:3]] == names
    (records / names[1]).unlink()
    with pytest.raises(ConfigError, match=rf"1 of the 2 shards train_mug\.record-\?{{5}}-of-00002 .*: {names[1]}"):
        read_checked_pipeline(config)


def test_a_record_that_the_manifest_does_not_know(config: Path, records: Path) -> None:
    (records / "train_cup.record").write_bytes(b"x")
    text = config.read_text(encoding="utf-8").replace("train_mug.record", "train_cup.record")
    config.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"the record .*train_cup\.record is not in the manifest beside it"):
        read_checked_pipeline(config)


def test_a_class_of_the_records_that_the_label_map_lacks(config: Path, records: Path) -> None:
    (records / "label_map.pbtxt").write_text('item { id: 1 name: "bagel" }', encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_checked_pipeline(config)
    assert "class 2 is 'mug' in the records, but None in the label map" in str(caught.value)
    assert "num_classes is 2, but the ids of " in str(caught.value)


def test_the_values_of_a_checked_config(config: Path, records: Path) -> None:
    values = read_checked_pipeline(config)
    assert (values.num_steps, values.batch_size, values.num_classes) == (5000, 8, 2)
    assert values.class_names == {1: "bagel", 2: "mug"}
    assert values.label_map_path == records / "label_map.pbtxt"
    assert [path.name for path in values.train_records] == [
        "train_bagel.record",
        "train_mug.record",
        "train_background.record",
    ]
    assert [path.name for path in values.val_records] == ["val_bagel.record", "val_mug.record", "val_background.record"]
    assert values.fine_tune_checkpoint is None
    assert values.manifest is not None
    assert values.text == config.read_text(encoding="utf-8")


def test_records_of_others_need_no_manifest(config: Path, records: Path) -> None:
    (records / "manifest.json").unlink()
    assert read_checked_pipeline(config).manifest is None


def test_a_broken_label_map_is_told_by_line(config: Path, records: Path) -> None:
    (records / "label_map.pbtxt").write_text('item {\n  id: "one"\n}', encoding="utf-8")
    problems = [str(problem) for problem in check_pipeline(read_pipeline(config), where="my.config")]
    assert "label_map.pbtxt:2: not a label map:" in problems[0]
    assert "Couldn't parse integer" in problems[0]


@pytest.mark.parametrize(
    ("name", "count", "last", "some"),
    [
        ("mscoco_label_map.pbtxt", 80, 90, {1: "person", 13: "stop sign", 90: "toothbrush"}),
        ("pascal_voc_label_map.pbtxt", 20, 20, {1: "aeroplane", 15: "person", 20: "tvmonitor"}),
    ],
)
def test_the_ready_label_maps(name: str, count: int, last: int, some: dict[int, str]) -> None:
    """Names and ids as in tensorflow/models, research/object_detection/data/."""
    names = read_class_names(folder("label_maps") / name, display=False)
    assert (len(names), max(names), len(set(names.values()))) == (count, last, count)
    assert some.items() <= names.items()


def test_an_unclosed_config_is_a_config_error() -> None:
    with pytest.raises(ConfigError, match=r'c:1: Expected "}"'):
        parse_pipeline("model {", "c")

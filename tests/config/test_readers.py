from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import cafe_folder

from tfodkit.config.pipeline import new_pipeline
from tfodkit.config.readers import fill_eval_reader, fill_train_reader, raise_max_boxes, shuffle_buffer_size
from tfodkit.config.record_files import matching_files
from tfodkit.odapi.install import install
from tfodkit.records import RecordOptions, make_records, read_tfrecord
from tfodkit.records.example import parse_example
from tfodkit.records.manifest import BACKGROUND, RecordFile, RecordGroup

MIB = 1 << 20


@pytest.mark.parametrize(
    ("images", "bytes_per_image", "expected"),
    [
        ([20, 20, 20, 20, 20], 200_000, 20),  # small data: the largest file's images, 20 MB in all
        ([5000, 5000], MIB, 128),  # 2 files of 1 MiB images: 128 of each are 256 MiB
        ([5000], 1000, 2048),  # the API's default is the most
        ([3], 1024 * MIB, 1),  # one image beyond the budget
    ],
)
def test_the_buffer_follows_the_measured_bytes(
    record_group: Callable[..., RecordGroup], images: list[int], bytes_per_image: int, expected: int
) -> None:
    groups = [record_group(images=count, bytes=count * bytes_per_image) for count in images]
    assert shuffle_buffer_size(groups) == expected


def test_paths_are_absolute_escaped_and_in_order(record_group: Callable[..., RecordGroup], tmp_path: Path) -> None:
    folder = tmp_path / "data [v2]"
    folder.mkdir()
    groups = [record_group(name=f"train_{name}.record") for name in ("mug", "bagel")]
    for group in groups:
        (folder / group.files[0].name).touch()
    reader = new_pipeline().train_input_reader
    fill_train_reader(reader, folder, groups, [1.0, 0.0])
    paths = reader.tf_record_input_reader.input_path
    assert [matching_files(path) for path in paths] == [[folder / group.files[0].name] for group in groups]
    assert reader.num_readers == 1
    assert list(reader.sample_from_datasets_weights) == [1, 0]
    assert reader.label_map_path == str(folder / "label_map.pbtxt")


def test_a_group_in_shards_is_one_pattern_that_matches_its_shards(
    record_file: Callable[..., RecordFile], record_group: Callable[..., RecordGroup], tmp_path: Path
) -> None:
    names = [f"train_mug.record-{number:05}-of-00003" for number in range(3)]
    for name in (*names, "train_mug.record", "train_mug.record-00000-of-00002", "train_mugs.record-00000-of-00003"):
        (tmp_path / name).touch()
    groups = [
        record_group(*(record_file(name=name) for name in names)),
        record_group(name="train_bagel.record"),
    ]
    reader = new_pipeline().train_input_reader
    fill_train_reader(reader, tmp_path, groups, [3.0, 1.0])
    pattern, _ = reader.tf_record_input_reader.input_path
    assert [path.name for path in matching_files(pattern)] == names
    assert list(reader.sample_from_datasets_weights) == [3, 1]
    assert reader.num_readers == 4


def test_a_record_that_is_never_drawn_takes_no_memory(record_group: Callable[..., RecordGroup], tmp_path: Path) -> None:
    reader = new_pipeline().train_input_reader
    groups = [record_group(images=1000, bytes=1000 * MIB), record_group(images=500, bytes=500)]
    fill_train_reader(reader, tmp_path, groups, [0.0, 1.0])
    assert reader.shuffle_buffer_size == 500


def test_evaluation_reads_everything_once(record_group: Callable[..., RecordGroup], tmp_path: Path) -> None:
    pipeline = new_pipeline()
    for _ in range(2):
        pipeline.eval_input_reader.add(sample_1_of_n_examples=10, sample_from_datasets_weights=[1.0])
    fill_eval_reader(pipeline, tmp_path, [record_group(name="val_mug.record")])
    (reader,) = pipeline.eval_input_reader
    assert (reader.shuffle, reader.num_epochs, reader.drop_remainder, reader.num_readers) == (False, 1, False, 1)
    assert (reader.sample_1_of_n_examples, len(reader.sample_from_datasets_weights)) == (1, 0)
    assert list(reader.tf_record_input_reader.input_path) == [str(tmp_path / "val_mug.record")]


@pytest.mark.parametrize(("boxes", "expected", "raised"), [(7, 100, False), (100, 100, False), (101, 101, True)])
def test_room_for_all_boxes(boxes: int, expected: int, raised: bool) -> None:
    pipeline = new_pipeline()
    pipeline.eval_input_reader.add()
    assert raise_max_boxes(pipeline, boxes) == raised
    messages = (pipeline.train_config, pipeline.train_input_reader, pipeline.eval_input_reader[0])
    assert [message.max_number_of_boxes for message in messages] == [expected] * 3


@pytest.mark.tensorflow
def test_the_object_detection_api_draws_from_all_shards_of_a_group_at_its_weight(tmp_path: Path) -> None:
    manifest = make_records(cafe_folder(tmp_path / "in"), tmp_path / "out", RecordOptions(shard_bytes=2000))
    groups = [group for group in manifest.groups_of("train") if group.name != BACKGROUND]
    assert [len(group.files) > 1 for group in groups] == [True, True]
    reader = new_pipeline().train_input_reader
    fill_train_reader(reader, tmp_path / "out", groups, [3.0, 1.0])
    install()
    import tensorflow as tf
    from object_detection.builders import dataset_builder

    patterns = list(reader.tf_record_input_reader.input_path)
    drawn = dataset_builder.read_dataset(tf.data.TFRecordDataset, patterns, reader).take(800)
    seen = Counter(parse_example(record, where="")["image/filename"][0] for record in drawn.as_numpy_iterator())
    for group, share in zip(groups, (0.75, 0.25), strict=True):
        records = [record for file in group.files for record in read_tfrecord(tmp_path / "out" / file.name)]
        names = [parse_example(record, where="")["image/filename"][0] for record in records]
        assert sum(seen[name] for name in names) / 800 == pytest.approx(share, abs=0.06)
        assert min(seen[name] for name in names) > 0.5 * 800 * share / len(names)

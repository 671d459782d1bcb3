"""Rules about the input readers: the records, their weights and label map, and the manifest beside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tfodkit.config.lint import rules
from tfodkit.config.lint.faults import Fault
from tfodkit.config.model.architecture import ARCHITECTURES
from tfodkit.config.pipeline import PLACEHOLDER, Message
from tfodkit.config.record_files import matching_files, shuffle_bytes
from tfodkit.dataset.label_map import read_class_names
from tfodkit.errors import RecordError
from tfodkit.records.manifest import TRAIN, VAL, RecordManifest

MOST_SHUFFLE_BYTES = 2 << 30
_DETECTIONS = {
    "ssd": "ssd.post_processing.batch_non_max_suppression.max_total_detections",
    "faster_rcnn": "faster_rcnn.second_stage_post_processing.batch_non_max_suppression.max_total_detections",
    "center_net": "center_net.object_center_params.max_box_predictions",
}


def reader_faults(message: Message, manifest: RecordManifest | None) -> Iterator[Fault]:
    """All of the training reader and of every evaluation reader."""
    for place, reader in named_readers(message):
        yield from _label_map(message, reader, place)
        yield from _inputs(reader, place)
        if manifest is not None:
            yield from _manifest_fits(reader, manifest, place)
            yield from _room(reader, manifest, place)
    yield from _weights(message.train_input_reader, "train_input_reader")
    if manifest is not None:
        yield from _shuffle(message.train_input_reader, manifest)
        yield from _detections(message, manifest)


def class_names(message: Message) -> tuple[str, ...]:
    """Of the training reader's label map; none where it can't be read."""
    try:
        return tuple(read_class_names(Path(message.train_input_reader.label_map_path), display=False).values())
    except RecordError:
        return ()


def named_readers(message: Message) -> list[tuple[str, Message]]:
    """Each input reader with its field."""
    evaluation = enumerate(message.eval_input_reader)
    return [
        ("train_input_reader", message.train_input_reader),
        *((f"eval_input_reader[{index}]", reader) for index, reader in evaluation),
    ]


def input_paths(reader: Message, place: str) -> list[tuple[str, str]]:
    """The field and the pattern of each path; ``place`` is the reader's field."""
    patterns = reader.tf_record_input_reader.input_path
    return [(f"{place}.tf_record_input_reader.input_path[{index}]", pattern) for index, pattern in enumerate(patterns)]


def _subject(place: str) -> str:
    return place.removesuffix("[0]")


def _label_map(message: Message, reader: Message, place: str) -> Iterator[Fault]:
    field, subject, path = f"{place}.label_map_path", _subject(place), reader.label_map_path
    if not path or PLACEHOLDER in path:
        yield Fault(rules.LABEL_MAP_BROKEN, field, f"label_map_path must be a file, but got {path!r}", subject)
        return
    try:
        names = read_class_names(Path(path), display=False)
    except RecordError as error:
        for problem in error.problems:
            yield Fault(rules.LABEL_MAP_BROKEN, field, f"{problem.where}: {problem.what}", subject)
        return
    kind, last = message.model.WhichOneof("model"), max(names, default=0)
    classes = getattr(message.model, kind).num_classes if kind in ARCHITECTURES else 0
    if classes and last != classes:
        what = f"num_classes is {classes}, but the ids of {path} end at {last}"
        yield Fault(rules.CLASSES_DIFFER, f"model.{kind}.num_classes", what, subject)
    if absent := [number for number in range(1, last + 1) if number not in names]:
        what = f"{path} has no id {absent[0]}, and {len(absent)} of {last} are not there"
        yield Fault(rules.LABEL_MAP_GAPS, field, what, subject)


def _inputs(reader: Message, place: str) -> Iterator[Fault]:
    patterns, subject = reader.tf_record_input_reader.input_path, _subject(place)
    if not patterns:
        yield Fault(rules.INPUT_NONE, place, "there is no input_path", subject)
    for field, pattern in input_paths(reader, place):
        found = matching_files(pattern)
        if not found:
            yield Fault(rules.RECORD_ABSENT, field, f"no file at input_path {pattern}", subject)
        for path in found:
            if path.stat().st_size == 0:
                what = f"the record {path} is empty: a weighted empty record hangs training"
                yield Fault(rules.RECORD_EMPTY, field, what, subject)


def _weights(reader: Message, place: str) -> Iterator[Fault]:
    weights, patterns = reader.sample_from_datasets_weights, reader.tf_record_input_reader.input_path
    field = f"{place}.sample_from_datasets_weights"
    if not weights:
        return
    if len(weights) != len(patterns):
        what = f"{len(weights)} sample_from_datasets_weights for {len(patterns)} input_paths"
        yield Fault(rules.WEIGHTS_UNEVEN, field, what, place)
    if not all(0 <= weight < float("inf") for weight in weights) or not any(weights):
        what = f"sample_from_datasets_weights must be 0 or more and not all 0, but got {list(weights)}"
        yield Fault(rules.WEIGHTS_INVALID, field, what, place)


def _manifest_fits(reader: Message, manifest: RecordManifest, place: str) -> Iterator[Fault]:
    try:
        names = read_class_names(Path(reader.label_map_path), display=False)
    except RecordError:
        return  # said by the rule on label maps
    subject = _subject(place)
    for name, class_id in manifest.label_map.ids().items():
        if names.get(class_id) != name:
            what = f"class {class_id} is {name!r} in the records, but {names.get(class_id)!r} in the label map"
            yield Fault(rules.CLASSES_SHIFTED, f"{place}.label_map_path", what, subject)
    paths = [(field, path) for field, pattern in input_paths(reader, place) for path in matching_files(pattern)]
    yield from _all_shards(paths, manifest, place)
    files = {file.name: file for file in manifest.files}
    for field, path in paths:
        file = files.get(path.name)
        if file is None:
            what = f"the record {path} is not in the manifest beside it"
            yield Fault(rules.RECORD_UNKNOWN, field, what, subject)
        elif not file.images:
            what = f"the record {path} holds no image: a weighted empty record hangs training"
            yield Fault(rules.RECORD_EMPTY, field, what, subject)
        elif path.stat().st_size != file.bytes:
            what = f"the record {path} has {path.stat().st_size} bytes, but its manifest says {file.bytes}"
            yield Fault(rules.RECORD_CHANGED, field, what, subject)


def _all_shards(paths: list[tuple[str, Path]], manifest: RecordManifest, place: str) -> Iterator[Fault]:
    """A pattern matches what is there, and never misses a shard."""
    fields = {path.name: field for field, path in paths}
    for group in (group for split in manifest.splits for group in manifest.groups_of(split)):
        there = [fields[file.name] for file in group.files if file.name in fields]
        absent = [file.name for file in group.files if file.name not in fields]
        if absent and there:
            what = f"{len(absent)} of the {len(group.files)} shards {group.pattern} are not there: {absent[0]}"
            yield Fault(rules.SHARDS_ABSENT, there[0], what, _subject(place))


def _room(reader: Message, manifest: RecordManifest, place: str) -> Iterator[Fault]:
    most = manifest.max_boxes_per_image(TRAIN if place == "train_input_reader" else VAL)
    if reader.max_number_of_boxes < most:
        what = f"max_number_of_boxes is {reader.max_number_of_boxes}, but an image has {most} objects"
        yield Fault(rules.OBJECTS_CUT, f"{place}.max_number_of_boxes", what, _subject(place))


def _detections(message: Message, manifest: RecordManifest) -> Iterator[Fault]:
    field = _DETECTIONS.get(message.model.WhichOneof("model") or "")
    if field is None:
        return
    value = message.model
    for part in field.split("."):
        value = getattr(value, part)
    most = max(manifest.max_boxes_per_image(split) for split in (TRAIN, VAL))
    if value < most:
        what = f"{field.rsplit('.', maxsplit=1)[1]} is {value}, but an image has {most} objects"
        yield Fault(rules.DETECTIONS_FEW, f"model.{field}", what)


def _shuffle(reader: Message, manifest: RecordManifest) -> Iterator[Fault]:
    total = shuffle_bytes(reader, manifest)
    if total > MOST_SHUFFLE_BYTES:
        what = f"shuffle_buffer_size {reader.shuffle_buffer_size} takes {total / 1e9:.1f} GB over all records"
        yield Fault(rules.SHUFFLE_LARGE, "train_input_reader.shuffle_buffer_size", what, "train_input_reader")

"""What would keep a config from running, found before anything is started.

Each rule is a generator of problems over one part of the config; :func:`check_pipeline` runs them all.
"""

from __future__ import annotations

import glob
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from tfodkit.config.architecture import ARCHITECTURES
from tfodkit.config.feature_extractors import FEATURE_EXTRACTORS
from tfodkit.config.nearest import nearest_names
from tfodkit.config.optimizers import learning_rate_of, optimizer_name
from tfodkit.config.pipeline import PLACEHOLDER, Message
from tfodkit.config.schedules import schedule_name
from tfodkit.dataset.label_map import read_class_names
from tfodkit.errors import Problem, RecordError
from tfodkit.records.manifest import RecordManifest

_AGAIN = "Run make-config again for these records."


def check_pipeline(message: Message, manifest: RecordManifest | None = None, *, where: str) -> list[Problem]:
    """All problems that keep the config from training and evaluating, in the order of its parts; empty where it can.

    Looks at the files that the config names. With the ``manifest`` of its records, checks that both fit each other.

    Args:
        message: a ``TrainEvalPipelineConfig``.
        manifest: of the folder that the training records lie in; None where there is none.
        where: the config's path, to begin each problem with.
    """
    problems = [*_model(message, where), *_training(message.train_config, where), *_evaluation(message, where)]
    for name, reader in _readers(message):
        problems += _label_map(message, reader, f"{where}: {name}")
        problems += _inputs(reader, f"{where}: {name}")
        if manifest is not None:
            problems += _manifest_fits(reader, manifest, f"{where}: {name}")
    problems += _weights(message.train_input_reader, f"{where}: train_input_reader")
    return list(dict.fromkeys(problems))


def matching_files(pattern: str) -> list[Path]:
    """The files of one ``input_path``, which the Object Detection API takes for a pattern; sorted."""
    return sorted(Path(name) for name in glob.glob(pattern))  # noqa: PTH207 - the pattern may be absolute


def _readers(message: Message) -> list[tuple[str, Message]]:
    return [
        ("train_input_reader", message.train_input_reader),
        *(("eval_input_reader", reader) for reader in message.eval_input_reader),
    ]


def _model(message: Message, where: str) -> Iterator[Problem]:
    kind = message.model.WhichOneof("model")
    if kind not in ARCHITECTURES:
        what = f"model must hold one of {', '.join(ARCHITECTURES)}, but got {kind or 'none'}"
        yield Problem(where, what, "Start from a template.")
        return
    if getattr(message.model, kind).num_classes < 1:
        yield Problem(where, f"{kind}.num_classes must be 1 or more, but got 0", _AGAIN)
    extractor = getattr(message.model, kind).feature_extractor.type
    if extractor not in FEATURE_EXTRACTORS[kind]:
        what = f"{kind}.feature_extractor.type must be one of TensorFlow 2's, but got {extractor!r}"
        yield Problem(where, what, nearest_names(extractor, FEATURE_EXTRACTORS[kind]))


def _training(train: Message, where: str) -> Iterator[Problem]:
    for field in ("num_steps", "batch_size"):
        if getattr(train, field) < 1:
            yield Problem(where, f"train_config.{field} must be 1 or more, but got 0", f"Set {field}.")
    if PLACEHOLDER in train.fine_tune_checkpoint:
        what = f"fine_tune_checkpoint is a placeholder, {train.fine_tune_checkpoint!r}"
        yield Problem(where, what, "Name a checkpoint, or take the line out.")
    if optimizer_name(train.optimizer) is None or schedule_name(learning_rate_of(train.optimizer)) is None:
        yield Problem(where, "train_config.optimizer must have a learning rate, but got none", "Start from a template.")
    else:
        yield from _schedule(learning_rate_of(train.optimizer), where)


def _schedule(learning_rate: Message, where: str) -> Iterator[Problem]:
    match schedule_name(learning_rate):
        case "cosine":
            yield from _cosine(learning_rate.cosine_decay_learning_rate, where)
        case "multi-step":
            yield from _milestones(learning_rate.manual_step_learning_rate, where)


def _cosine(cosine: Message, where: str) -> Iterator[Problem]:
    before = cosine.warmup_steps + cosine.hold_base_rate_steps
    if before >= cosine.total_steps:
        what = f"warmup_steps and hold_base_rate_steps take {before} of the cosine's total_steps {cosine.total_steps}"
        yield Problem(where, what, "Lower warmup_steps; it is 10,000 where it is not written.")
    if cosine.warmup_learning_rate > cosine.learning_rate_base:
        rates = f"{cosine.warmup_learning_rate:g} > learning_rate_base {cosine.learning_rate_base:g}"
        yield Problem(where, f"warmup_learning_rate {rates}", "Lower warmup_learning_rate.")


def _milestones(manual: Message, where: str) -> Iterator[Problem]:
    steps = [milestone.step for milestone in manual.schedule]
    if not steps or any(after <= before for before, after in pairwise([0, *steps])):
        what = f"the steps of manual_step_learning_rate must rise from above 0, but got {steps}"
        yield Problem(where, what, "Mend the schedule; a first step of 0 is refused in TensorFlow 2.")


def _evaluation(message: Message, where: str) -> Iterator[Problem]:
    if not message.eval_input_reader:
        yield Problem(where, "there is no eval_input_reader", _AGAIN)
    if message.eval_config.include_metrics_per_category:
        what = "include_metrics_per_category ends the evaluation with 'Category stats do not exist'"
        yield Problem(where, what, "Take it out; `tfodkit eval` gives the figures of each class.")


def _label_map(message: Message, reader: Message, where: str) -> Iterator[Problem]:
    path = reader.label_map_path
    if not path or PLACEHOLDER in path:
        yield Problem(where, f"label_map_path must be a file, but got {path!r}", _AGAIN)
        return
    try:
        names = read_class_names(Path(path), display=False)
    except RecordError as error:
        yield from (Problem(where, f"{problem.where}: {problem.what}", _AGAIN) for problem in error.problems)
        return
    kind = message.model.WhichOneof("model")
    classes = getattr(message.model, kind).num_classes if kind in ARCHITECTURES else 0
    if classes and max(names, default=0) != classes:
        what = f"num_classes is {classes}, but the ids of {path} end at {max(names, default=0)}"
        yield Problem(where, what, _AGAIN)


def _inputs(reader: Message, where: str) -> Iterator[Problem]:
    patterns = reader.tf_record_input_reader.input_path
    if not patterns:
        yield Problem(where, "there is no input_path", _AGAIN)
    for pattern in patterns:
        found = matching_files(pattern)
        if not found:
            yield Problem(
                where, f"no file at input_path {pattern}", "Check the path; records that moved need a new config."
            )
        for path in found:
            if path.stat().st_size == 0:
                yield Problem(where, f"the record {path} is empty: a weighted empty record hangs training", _AGAIN)


def _weights(reader: Message, where: str) -> Iterator[Problem]:
    weights, patterns = reader.sample_from_datasets_weights, reader.tf_record_input_reader.input_path
    if not weights:
        return
    if len(weights) != len(patterns):
        what = f"{len(weights)} sample_from_datasets_weights for {len(patterns)} input_paths"
        yield Problem(where, what, "Give each input_path one weight.")
    if not all(0 <= weight < float("inf") for weight in weights) or not any(weights):
        what = f"sample_from_datasets_weights must be 0 or more and not all 0, but got {list(weights)}"
        yield Problem(where, what, "Mend the weights.")


def _manifest_fits(reader: Message, manifest: RecordManifest, where: str) -> Iterator[Problem]:
    try:
        names = read_class_names(Path(reader.label_map_path), display=False)
    except RecordError:
        return  # said by the rule on label maps
    for name, class_id in manifest.label_map.ids().items():
        if names.get(class_id) != name:
            what = f"class {class_id} is {name!r} in the records, but {names.get(class_id)!r} in the label map"
            yield Problem(where, what, _AGAIN)
    paths = [path for pattern in reader.tf_record_input_reader.input_path for path in matching_files(pattern)]
    yield from _all_shards(paths, manifest, where)
    files = {file.name: file for file in manifest.files}
    for path in paths:
        file = files.get(path.name)
        if file is None:
            yield Problem(where, f"the record {path} is not in the manifest beside it", _AGAIN)
        elif not file.images:
            yield Problem(where, f"the record {path} holds no image: a weighted empty record hangs training", _AGAIN)
        elif path.stat().st_size != file.bytes:
            what = f"the record {path} has {path.stat().st_size} bytes, but its manifest says {file.bytes}"
            yield Problem(where, what, "Run make-records again.")


def _all_shards(paths: list[Path], manifest: RecordManifest, where: str) -> Iterator[Problem]:
    """A pattern matches what is there, and never misses a shard."""
    names = {path.name for path in paths}
    for group in (group for split in manifest.splits for group in manifest.groups_of(split)):
        absent = [file.name for file in group.files if file.name not in names]
        if absent and len(absent) < len(group.files):
            what = f"{len(absent)} of the {len(group.files)} shards {group.pattern} are not there: {absent[0]}"
            yield Problem(where, what, "Run make-records again.")

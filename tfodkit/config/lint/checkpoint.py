"""Rules about ``fine_tune_checkpoint``: whether it is there and whole, and whether the model can start from it.

The checkpoint is looked into without TensorFlow. What :mod:`tfodkit.odapi.fine_tune` would refuse is an error; where it
would restore less than somebody expects, a warning.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tfodkit.config.checkpoint.fine_tune import find_checkpoint
from tfodkit.config.checkpoint.index import INDEX
from tfodkit.config.checkpoint.models import backbones, class_head_sizes, holds_model, meta_architecture
from tfodkit.config.checkpoint.objects import StoredObjects, read_objects
from tfodkit.config.lane import Lane, extractor_type, lane_of
from tfodkit.config.lint import rules
from tfodkit.config.lint.faults import Fault
from tfodkit.config.model.architecture import ARCHITECTURES
from tfodkit.config.options import CHECKPOINT_TYPES
from tfodkit.config.pipeline import PLACEHOLDER, Message
from tfodkit.errors import CheckpointError

_PLACE = "train_config.fine_tune_checkpoint"
_TYPE = f"{_PLACE}_type"


def checkpoint_faults(message: Message) -> Iterator[Fault]:
    """All of ``train_config.fine_tune_checkpoint`` and its type; none where there is none."""
    train = message.train_config
    checkpoint, kind = train.fine_tune_checkpoint, train.fine_tune_checkpoint_type
    if PLACEHOLDER in checkpoint:
        what = f"fine_tune_checkpoint is a placeholder, {checkpoint!r}"
        yield Fault(rules.CHECKPOINT_PLACEHOLDER, _PLACE, what)
        return
    if not checkpoint:
        return
    if kind and kind not in CHECKPOINT_TYPES:
        what = f"fine_tune_checkpoint_type must be one of {', '.join(CHECKPOINT_TYPES)}, but got {kind!r}"
        yield Fault(rules.CHECKPOINT_TYPE, _TYPE, what)
    if "://" in checkpoint or not Path(checkpoint + INDEX).is_file():
        yield from _unseen(checkpoint, kind)
        return
    try:
        stored = read_objects(Path(checkpoint))
    except CheckpointError as error:
        for problem in error.problems:
            yield Fault(rules.CHECKPOINT_DAMAGED, _PLACE, f"{problem.where}: {problem.what}")
        return
    yield from _fits(message, stored, kind or "detection")


def _unseen(checkpoint: str, kind: str) -> Iterator[Fault]:
    """What can be said of a checkpoint that can't be looked into."""
    if "://" not in checkpoint and (prefix := _prefix(checkpoint)):
        yield Fault(rules.CHECKPOINT_NO_PREFIX, _PLACE, f"{checkpoint} is no prefix of a checkpoint, but {prefix} is")
    elif "://" not in checkpoint:
        yield Fault(rules.CHECKPOINT_ABSENT, _PLACE, f"there is no fine_tune_checkpoint {checkpoint}")
    if kind == "classification":
        what = f"fine_tune_checkpoint_type is classification, and the checkpoint is {checkpoint}"
        yield Fault(rules.CHECKPOINT_CLASSIFIES, _TYPE, what)


def _prefix(checkpoint: str) -> Path | None:
    """What somebody meant who named a checkpoint's folder or one of its files."""
    try:
        return find_checkpoint(Path(checkpoint))
    except CheckpointError:
        return None


def _fits(message: Message, stored: StoredObjects, kind: str) -> Iterator[Fault]:
    lane = Lane.TF1 if stored.is_name_based else Lane.TF2
    path, architecture = message.train_config.fine_tune_checkpoint, message.model.WhichOneof("model")
    if lane is not lane_of(message):
        what = f"{path} is a checkpoint of lane {lane}, and {extractor_type(message)} is a model of {lane_of(message)}"
        yield Fault(rules.CHECKPOINT_OF_OTHER_LANE, _PLACE, what)
    elif lane is Lane.TF1 or architecture not in ARCHITECTURES:
        return
    elif holds_model(stored) == (kind == "classification"):
        found = "a whole model" if kind == "classification" else "no model but a backbone or something else"
        yield Fault(rules.CHECKPOINT_OF_OTHER_TYPE, _TYPE, f"the type is {kind}, but {path} holds {found}")
    elif kind != "classification":
        yield from _same_model(message, stored, architecture, kind)


def _same_model(message: Message, stored: StoredObjects, architecture: str, kind: str) -> Iterator[Fault]:
    path, found = message.train_config.fine_tune_checkpoint, meta_architecture(stored)
    if found is None:
        return
    if found != architecture:
        yield Fault(rules.CHECKPOINT_OF_OTHER_MODEL, _PLACE, f"the model is {architecture}, but {path} is of {found}")
        return
    extractor, known = extractor_type(message), backbones(stored, architecture)
    if known and extractor not in known:
        what = f"the feature extractor is {extractor}, but {path} is of {' or '.join(known)}"
        yield Fault(rules.CHECKPOINT_OF_OTHER_BACKBONE, _PLACE, what)
    outputs = _class_outputs(message, architecture)
    others = sorted(size for size in class_head_sizes(stored, architecture) if size % outputs)
    if kind == "full" and others:
        what = f"the type is full, but a class head of {path} has {others[0]} outputs, no multiple of {outputs}"
        yield Fault(rules.CHECKPOINT_OF_OTHER_CLASSES, _TYPE, what)


def _class_outputs(message: Message, architecture: str) -> int:
    """For each anchor, proposal or pixel; 1 where it does not matter."""
    model = getattr(message.model, architecture)
    has_background = architecture == "faster_rcnn" or (architecture == "ssd" and model.add_background_class)
    return int(max(1, model.num_classes + has_background))

"""Where training starts: from a checkpoint, or from random weights."""

from __future__ import annotations

import re
from pathlib import Path

from tfodkit.config.checkpoint.index import INDEX
from tfodkit.config.lane import Lane
from tfodkit.config.pipeline import Message
from tfodkit.errors import CheckpointError

_VERSIONS = {Lane.TF1: "V1", Lane.TF2: "V2"}
_NUMBER = re.compile(r"(\d+)$")
_FIELDS = (
    "fine_tune_checkpoint",
    "fine_tune_checkpoint_type",
    "fine_tune_checkpoint_version",
    "from_detection_checkpoint",
    "load_all_detection_checkpoint_vars",
)


def set_fine_tune_checkpoint(
    train_config: Message, checkpoint: Path | None, checkpoint_type: str, *, lane: Lane = Lane.TF2
) -> bool:
    """Start from ``checkpoint``, one of the lane's, or from random weights where it is None; in place.

    Returns:
        True where the config named another checkpoint, which is gone now.

    Raises:
        CheckpointError: there is no checkpoint at that path.
    """
    replaced: bool = train_config.HasField("fine_tune_checkpoint")
    for field in _FIELDS:
        train_config.ClearField(field)
    if checkpoint is not None:
        version = train_config.DESCRIPTOR.fields_by_name["fine_tune_checkpoint_version"].enum_type
        train_config.fine_tune_checkpoint = str(find_checkpoint(checkpoint))
        train_config.fine_tune_checkpoint_type = checkpoint_type
        train_config.fine_tune_checkpoint_version = version.values_by_name[_VERSIONS[lane]].number
    return replaced


def find_checkpoint(path: Path) -> Path:
    """The absolute prefix, ``…/ckpt-0``, of a checkpoint.

    Args:
        path: the prefix, its ``.index`` file, or a folder: the newest checkpoint in it, else in its folder
            ``checkpoint``, as the model zoo's archives have it. Newest is the highest number at the end of the name.

    Raises:
        CheckpointError: no checkpoint is there, or its data file is missing.
    """
    prefix = _prefix(path)
    if prefix is None:
        remedy = "Pass the prefix such as checkpoint/ckpt-0, or the folder that holds ckpt-0.index."
        raise CheckpointError(str(path), "there is no checkpoint of TensorFlow", remedy)
    if not any(prefix.parent.glob(f"{prefix.name}.data-*")):
        remedy = "Unpack the whole archive, or copy the .data file beside its .index file."
        raise CheckpointError(str(prefix), "the checkpoint has an .index file but no .data file", remedy)
    return prefix.absolute()


def _prefix(path: Path) -> Path | None:
    if path.is_dir():
        found = list(path.glob(f"*{INDEX}")) or list((path / "checkpoint").glob(f"*{INDEX}"))
        return max(found, key=_number).with_suffix("") if found else None
    if path.suffix == INDEX and path.is_file():
        return path.with_suffix("")
    return path if path.with_name(path.name + INDEX).is_file() else None


def _number(index: Path) -> tuple[int, str]:
    match = _NUMBER.search(index.stem)
    return (int(match[1]) if match else -1, index.stem)

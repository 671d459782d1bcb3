"""The input readers of a config: which records are read, how often, and through how large a buffer.

Paths are written absolute: the Object Detection API opens them as they stand, relative to wherever the process runs,
and a config has to mean the same to ``train`` in any folder. Whoever moves the records makes the config again. An input
path is a pattern to the API, so ``[``, ``*`` and ``?`` in a folder's name are escaped; a group of records is one input
path, whether it is one file or many shards, because the API has one weight for each.
"""

from __future__ import annotations

import glob
from collections.abc import Sequence
from pathlib import Path

from tfodkit.config.pipeline import Message
from tfodkit.records.manifest import LABEL_MAP, RecordGroup

SHUFFLE_BYTES = 256 << 20
LARGEST_BUFFER = 2048
MOST_READERS = 16
"""Each holds 8 MB of its file."""


def fill_train_reader(reader: Message, folder: Path, groups: Sequence[RecordGroup], weights: Sequence[float]) -> None:
    """Read ``groups`` of ``folder`` with one weight each, in place; a group of weight 0 is listed and never drawn."""
    _set_paths(reader, folder, groups)
    del reader.sample_from_datasets_weights[:]
    reader.sample_from_datasets_weights.extend(weights)
    drawn = [group for group, weight in zip(groups, weights, strict=True) if weight]
    reader.num_readers = _readers(drawn)
    reader.shuffle_buffer_size = shuffle_buffer_size(drawn)


def fill_eval_reader(pipeline: Message, folder: Path, groups: Sequence[RecordGroup]) -> None:
    """Read every image of ``groups`` once and in order: one evaluation reader, in place of all that were there.

    ``drop_remainder`` is true by default, and would lose the last images of a pass.
    """
    readers = pipeline.eval_input_reader
    del readers[1:]
    reader = readers[0] if readers else readers.add()
    _set_paths(reader, folder, groups)
    for field in ("sample_from_datasets_weights", "sample_1_of_n_examples", "shuffle_buffer_size"):
        reader.ClearField(field)
    reader.shuffle = False
    reader.num_epochs = 1
    reader.num_readers = 1
    reader.drop_remainder = False


def raise_max_boxes(pipeline: Message, boxes: int) -> bool:
    """Make room for ``boxes`` objects an image, in place; True where there was less: the API cuts the rest off, unsaid.

    The readers' own field is the one that counts in TensorFlow 2; ``train_config`` is kept equal, for people.
    """
    readers = [pipeline.train_input_reader, *pipeline.eval_input_reader]
    room: int = max(pipeline.train_config.max_number_of_boxes, *(reader.max_number_of_boxes for reader in readers))
    needed = max(room, boxes)
    for message in (pipeline.train_config, *readers):
        message.max_number_of_boxes = needed
    return needed > room


def shuffle_buffer_size(groups: Sequence[RecordGroup]) -> int:
    """Records to hold for shuffling: each group has a buffer of this many, filled whatever the group's size.

    As many as fit into 256 MiB over all groups, by the mean size of each group's records; not more than the largest
    group holds nor than 2,048, the API's default; and at least 1.
    """
    one_of_each = sum(group.bytes / group.images for group in groups)
    return max(1, min(int(SHUFFLE_BYTES / one_of_each), max(group.images for group in groups), LARGEST_BUFFER))


def _readers(groups: Sequence[RecordGroup]) -> int:
    """Readers over all groups, of which the API gives each its share by weight, rounded up, but no more than files.

    One for each shard, so that shards are read side by side, which mixes images that lie far apart.
    """
    files = sum(len(group.files) for group in groups)
    return 1 if files == len(groups) else min(files, MOST_READERS)


def _set_paths(reader: Message, folder: Path, groups: Sequence[RecordGroup]) -> None:
    reader.label_map_path = str(folder / LABEL_MAP)
    del reader.tf_record_input_reader.input_path[:]
    reader.tf_record_input_reader.input_path.extend(f"{glob.escape(str(folder))}/{group.pattern}" for group in groups)

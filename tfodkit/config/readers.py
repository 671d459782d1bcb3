"""The input readers of a config: which records are read, how often, and through how large a buffer.

Paths are written absolute: the Object Detection API opens them as they stand, relative to wherever the process runs,
and a config has to mean the same to ``train`` in any folder. Whoever moves the records makes the config again. An input
path is a pattern to the API, so ``[``, ``*`` and ``?`` in a folder's name are escaped.
"""

from __future__ import annotations

import glob
from collections.abc import Sequence
from pathlib import Path

from tfodkit.config.pipeline import Message
from tfodkit.records.manifest import LABEL_MAP, RecordFile

SHUFFLE_BYTES = 256 << 20
LARGEST_BUFFER = 2048


def fill_train_reader(reader: Message, folder: Path, records: Sequence[RecordFile], weights: Sequence[float]) -> None:
    """Read ``records`` of ``folder`` with one weight each, in place; a record of weight 0 is listed and never drawn."""
    _set_paths(reader, folder, records)
    del reader.sample_from_datasets_weights[:]
    reader.sample_from_datasets_weights.extend(weights)
    reader.num_readers = 1  # of each entry, which is one file: the API warns about each more that it can't use
    reader.shuffle_buffer_size = shuffle_buffer_size(
        [record for record, weight in zip(records, weights, strict=True) if weight]
    )


def fill_eval_reader(pipeline: Message, folder: Path, records: Sequence[RecordFile]) -> None:
    """Read every image of ``records`` once and in order: one evaluation reader, in place of all that were there.

    ``drop_remainder`` is true by default, and would lose the last images of a pass.
    """
    readers = pipeline.eval_input_reader
    del readers[1:]
    reader = readers[0] if readers else readers.add()
    _set_paths(reader, folder, records)
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


def shuffle_buffer_size(records: Sequence[RecordFile]) -> int:
    """Records to hold for shuffling: each file has a buffer of this many, filled whatever the file's size.

    As many as fit into 256 MiB over all files, by the mean size of each file's records; not more than the largest file
    holds nor than 2,048, the API's default; and at least 1.
    """
    one_of_each = sum(record.bytes / record.images for record in records)
    return max(1, min(int(SHUFFLE_BYTES / one_of_each), max(record.images for record in records), LARGEST_BUFFER))


def _set_paths(reader: Message, folder: Path, records: Sequence[RecordFile]) -> None:
    reader.label_map_path = str(folder / LABEL_MAP)
    del reader.tf_record_input_reader.input_path[:]
    reader.tf_record_input_reader.input_path.extend(glob.escape(str(folder / record.name)) for record in records)

"""The truth of the validation images, out of the records that the trainer reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class GroundTruth:
    """The labelled objects of one image.

    ``boxes_xyxy`` is float64 ``[n, 4]`` in pixels of the ``width`` by ``height`` image; ``class_ids`` int64 ``[n]``,
    from 1; ``is_crowd`` bool ``[n]``.
    """

    name: str
    width: int
    height: int
    boxes_xyxy: NDArray[np.float64]
    class_ids: NDArray[np.int64]
    is_crowd: NDArray[np.bool_]


def read_ground_truth(records: Sequence[Path], class_names: Mapping[int, str]) -> list[GroundTruth]:
    """The truth of every image in ``records``, file by file, by the trainer's rules: class text beats class id.

    Raises:
        RecordError: a record or the label map is damaged, or an object's class is not in the label map.
    """
    raise RuntimeError(records, class_names)

"""Values that protobuf and NumPy have become strict about, in the API's own record writers."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType
from typing import Any


def cast_to_int64(dataset_util: ModuleType) -> None:
    """``Int64List`` refuses booleans since protobuf 7; ``int64_feature`` of flags such as ``difficult``."""
    single, several = dataset_util.int64_feature, dataset_util.int64_list_feature

    def int64_feature(value: Any) -> Any:
        return single(int(value))

    def int64_list_feature(value: Iterable[Any]) -> Any:
        return several([int(item) for item in value])

    dataset_util.int64_feature = int64_feature  # type: ignore[attr-defined]
    dataset_util.int64_list_feature = int64_list_feature  # type: ignore[attr-defined]


def accept_box_arrays(seq_example_util: ModuleType) -> None:
    """``boxes != []`` raises for an array since NumPy 2.0's comparisons; the writer of sequence examples."""
    original = seq_example_util.boxes_to_box_components

    def boxes_to_box_components(bboxes: Iterable[Any]) -> Any:
        return original([list(boxes) for boxes in bboxes])

    seq_example_util.boxes_to_box_components = boxes_to_box_components  # type: ignore[attr-defined]

"""Many images: the data set, its label map, and its split."""

from tfodkit.dataset.dataset import Dataset
from tfodkit.dataset.label_map import LabelMap, read_label_map
from tfodkit.dataset.shares import Side, SplitShares
from tfodkit.dataset.split import Split, split_dataset
from tfodkit.dataset.split_lists import read_split_lists

__all__ = [
    "Dataset",
    "LabelMap",
    "Side",
    "Split",
    "SplitShares",
    "read_label_map",
    "read_split_lists",
    "split_dataset",
]

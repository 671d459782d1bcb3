"""Many images: the data set, its label map, and its split."""

from tfodkit.dataset.dataset import Dataset
from tfodkit.dataset.label_map import LabelMap, read_label_map
from tfodkit.dataset.shares import SplitShares

__all__ = ["Dataset", "LabelMap", "SplitShares", "read_label_map"]

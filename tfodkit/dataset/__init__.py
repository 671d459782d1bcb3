"""Many images: the data set, its label map, and its split."""

from tfodkit.dataset.dataset import Dataset, read_dataset
from tfodkit.dataset.label_map import LabelMap, read_label_map
from tfodkit.dataset.split import Group, split_dataset

__all__ = ["Dataset", "Group", "LabelMap", "read_dataset", "read_label_map", "split_dataset"]

"""The flags of make-records as a table of options, for a work file; ``tfodkit make-records --help`` tells of each."""

# ruff: noqa: RUF009 - what is called makes fields

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

from tfodkit.config.option_fields import option, read_options
from tfodkit.config.option_values import Reader, boolean, count, one_of
from tfodkit.dataset.label_map import read_label_map
from tfodkit.dataset.policies import ExifPolicy, Policies
from tfodkit.dataset.shares import SplitShares
from tfodkit.errors import UsageError
from tfodkit.records import RecordOptions
from tfodkit.records.options import Grouping, Verify
from tfodkit.records.shard_sizes import parse_shard_size


def _flag(read: Reader, default: Any = None) -> Any:
    return option("", panel="", metavar="", read=read, default=default)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFlags:
    """As the command line has them, with its defaults.

    Raises:
        UsageError: a value that can't be meant; it names the flag.
    """

    annotations: Path | None = _flag(Path)
    format: str | None = _flag(str)
    split: SplitShares = _flag(lambda given: given if isinstance(given, SplitShares) else SplitShares.parse(str(given)))
    split_lists: Path | None = _flag(Path)
    group_by: str | None = _flag(str)
    near_duplicates: bool = _flag(boolean, True)
    seed: int = _flag(count(0), 0)
    label_map: Path | None = _flag(Path)
    single: bool = _flag(boolean, False)
    by_folder: bool = _flag(boolean, False)
    shard_size: int | None = _flag(lambda given: parse_shard_size(str(given)))
    clip_boxes: bool = _flag(boolean, False)
    drop_invalid: bool = _flag(boolean, False)
    exif: ExifPolicy = _flag(one_of(get_args(ExifPolicy), "policy"), "error")
    repair_images: bool = _flag(boolean, False)
    repair_sizes: bool = _flag(boolean, False)
    verify: Verify = _flag(one_of(get_args(Verify), "way to verify"), "full")
    workers: int | None = _flag(count())

    def __post_init__(self) -> None:
        read_options(self)
        if self.single and self.by_folder:
            raise UsageError("--single --by-folder", "only one of them can be meant", "Leave one of them out.")

    def options(self) -> RecordOptions:
        """What they mean; the label map is read.

        Raises:
            RecordError: the label map is damaged.
        """
        grouping = "single" if self.single else "folder" if self.by_folder else "class"
        return RecordOptions(
            shares=self.split or SplitShares(),
            seed=self.seed,
            lists=self.split_lists,
            group_by=self.group_by,
            near_duplicates=self.near_duplicates,
            grouping=cast(Grouping, grouping),
            shard_bytes=self.shard_size,
            policies=Policies(
                clip_boxes=self.clip_boxes,
                drop_invalid=self.drop_invalid,
                exif=self.exif,
                repair_images=self.repair_images,
                repair_sizes=self.repair_sizes,
            ),
            verify=self.verify,
            label_map=None if self.label_map is None else read_label_map(self.label_map),
            workers=self.workers,
        )

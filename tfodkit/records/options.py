"""What make-records can be asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

from tfodkit.dataset.label_map import LabelMap
from tfodkit.dataset.policies import Policies
from tfodkit.dataset.shares import SplitShares
from tfodkit.errors import UsageError

Grouping = Literal["class", "single", "folder"]
Verify = Literal["full", "header"]

SMALLEST_SHARD = 1 << 10
_NOT_RECORDED = ("label_map", "workers")
"""The label map stands in the manifest by itself; the workers change nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOptions:
    """How images are checked, split, grouped and written."""

    shares: SplitShares = field(default_factory=SplitShares)
    """Of the images for training, validation and test."""
    seed: int = 0
    """Draws which image goes where."""
    lists: Path | None = None
    """A folder of lists (``train.txt``, ``val.txt``, ``test.txt``) or a file that says which image goes where."""
    group_by: str | None = None
    """Images that stay in one split: ``folder``, or a regular expression whose match in their names is equal."""
    near_duplicates: bool = True
    """Keep images that look nearly equal in one split; equal ones always stay together."""
    grouping: Grouping = "class"
    """One group of records for each home class and split, one for each split, or one for each folder and split."""
    shard_bytes: int | None = None
    """The size at which a group goes on in another file; one file for each group where it is None."""
    policies: Policies = field(default_factory=Policies)
    verify: Verify = "full"
    """Decode every image to its last pixel, or look at its start and end."""
    label_map: LabelMap | None = None
    """The classes and their ids; else those that occur, sorted by name."""
    workers: int | None = None
    """Threads; one for each processor unless given. Nothing that is written depends on it."""

    def __post_init__(self) -> None:
        for name, kind in (("grouping", Grouping), ("verify", Verify)):
            if (value := getattr(self, name)) not in get_args(kind):
                raise ValueError(f"{name} must be one of {', '.join(get_args(kind))}, but got {value!r}")
        if self.group_by == "":
            raise UsageError("--group-by", "the expression is blank", r"Pass folder, or one such as (video\d+)_.")
        if self.shard_bytes is not None and self.shard_bytes < SMALLEST_SHARD:
            raise ValueError(f"shard_bytes must be {SMALLEST_SHARD} or more, but got {self.shard_bytes}")
        if self.workers is not None and self.workers < 1:
            raise ValueError(f"workers must be 1 or more, but got {self.workers}")

    def to_values(self) -> dict[str, Any]:
        """What :attr:`recorded` keeps, as plain values for JSON."""
        values = asdict(self.recorded)
        for name in _NOT_RECORDED:
            del values[name]
        return {**values, "lists": str(self.lists.name) if self.lists else None}

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> RecordOptions:
        """Of the plain values of :meth:`to_values`; ``ValueError`` or ``TypeError`` where they are none."""
        parts = {"shares": SplitShares(**values["shares"]), "policies": Policies(**values["policies"])}
        lists = values["lists"]
        return cls(**{**values, **parts, "lists": None if lists is None else Path(lists)})

    @property
    def recorded(self) -> RecordOptions:
        """As a manifest tells them: nothing of this machine, and nothing that stands there elsewhere."""
        lists = self.lists and Path(self.lists.name)
        return replace(self, lists=lists, label_map=None, workers=None)

"""What has changed between two starts of a run: its config, the places of its records, or what is in them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tfodkit.config import PipelineConfig
from tfodkit.config.difference import Difference, config_differences
from tfodkit.config.pipeline import parse_pipeline, read_pipeline
from tfodkit.training.data_fingerprint import data_fingerprint
from tfodkit.training.run_directory import RunDirectory
from tfodkit.training.run_record import read_data

SHOWN_DIFFERENCES = 10
_PLACE = re.compile(r"\.(label_map_path|input_path\[\d+\])$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What differs from what a run was started with; nothing, if it all is empty.

    ``places`` are the differences in where records and label map lie; ``config`` are the others. ``train`` and
    ``validation`` tell whether classes or images of the records are others: None where the run did not write it down.
    """

    config: tuple[Difference, ...]
    places: tuple[Difference, ...]
    train: bool | None
    validation: bool | None

    @property
    def matter(self) -> bool:
        """Whether what the run learns, or is evaluated on, may be another than before; records may move."""
        is_data_known = self.train is not None
        return bool(self.config or self.train or self.validation or (self.places and not is_data_known))

    def __str__(self) -> str:
        """All of it in words, ten differences of the config at most."""
        shown = [_in_words(difference) for difference in self.config[:SHOWN_DIFFERENCES]]
        if hidden := len(self.config) - len(shown):
            shown.append(f"{hidden} more")
        return "; ".join([*shown, *self._of_places(), *self._of_data()])

    def _of_places(self) -> list[str]:
        if not self.places or self.train or self.validation:  # of other records nobody asks where they lie
            return []
        others = len(self.places) - 1
        return [f"{_in_words(self.places[0])}{f', and {others} other paths alike' if others else ''}"]

    def _of_data(self) -> list[str]:
        names = [name for name, is_other in (("training", self.train), ("validation", self.validation)) if is_other]
        return [f"{' and '.join(names)} records or their classes are not what they were"] if names else []


def changes(run: RunDirectory, pipeline: PipelineConfig) -> Changes:
    """What has changed between the config of a run, with the records it had, and ``pipeline``.

    Raises:
        ConfigError, OutputError: the run's ``pipeline.config`` or ``run.json`` can't be read.
    """
    before, now = read_data(run.record_path), data_fingerprint(pipeline)
    differences = config_differences(read_pipeline(run.config_path), parse_pipeline(pipeline.text, str(pipeline.path)))
    return Changes(
        config=tuple(each for each in differences if not _PLACE.search(each.path)),
        places=tuple(each for each in differences if _PLACE.search(each.path)),
        train=None if before is None else before.train != now.train,
        validation=None if before is None else before.validation != now.validation,
    )


def _in_words(difference: Difference) -> str:
    before, after = (side if side is not None else _absent(difference) for side in (difference.a, difference.b))
    return f"{difference.path} was {before} and is {after}"


def _absent(difference: Difference) -> str:
    return "not set" if difference.default is None else f"{difference.default} by default"

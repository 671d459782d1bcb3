"""A config's anchors held against the boxes of its records, and what would do better: :func:`report_anchors`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tfodkit.config.anchors.fit import FittedAnchors, FittedImageSize, fitted_anchors, fitted_image_size
from tfodkit.config.anchors.match import Floats
from tfodkit.config.anchors.reach import AnchorReach, ClassReach, Level, anchor_reach
from tfodkit.config.anchors.values import AnchorValues, anchor_generator, anchor_values
from tfodkit.config.effective import read_config
from tfodkit.config.lint.anchors import MOST_UNREACHED
from tfodkit.config.model.architecture import architecture
from tfodkit.config.pipeline import Message
from tfodkit.config.record_files import manifest_beside
from tfodkit.errors import ConfigError, RecordError, UsageError
from tfodkit.records.manifest import TRAIN, RecordManifest

_BINS = 20


@dataclass(frozen=True, slots=True)
class AnchorReport:
    """What ``tfodkit config anchors`` tells."""

    config: str
    extractor: str
    reach: AnchorReach
    values: AnchorValues | None
    """Those of the config; None where each number is written out."""
    fitted: FittedAnchors | None
    """Other values that reach more of the boxes."""
    larger: FittedImageSize | None
    """A larger image size that does."""

    def histogram(self) -> list[int]:
        """Boxes by their best IoU: the number in each twentieth from 0 to 1."""
        return [int(count) for count in np.histogram(self.reach.ious, _BINS, (0, 1))[0]]

    def to_json(self) -> dict[str, Any]:
        """Plain values, for ``--json``."""
        reach = self.reach
        return {
            "config": self.config,
            "feature_extractor": self.extractor,
            "input": [reach.input_width, reach.input_height],
            "threshold": reach.threshold,
            "levels": [_level_json(level) for level in reach.levels],
            "classes": [_class_json(each) for each in reach.classes],
            "all": _class_json(reach.all_classes),
            "best_iou_histogram": self.histogram(),
            "anchors": self.fitted and {"flags": list(self.fitted.flags), "reached": round(self.fitted.reached, 4)},
            "image_size": self.larger and {"flag": self.larger.flag, "reached": round(self.larger.reached, 4)},
        }


def report_anchors(config: str, records: Path | None = None) -> AnchorReport:
    """How well the anchors of a config file, or of a ready-made template, reach the sampled training boxes.

    ``records`` is the folder that make-records wrote; unless given the one that the config's training records lie in.

    Raises:
        ConfigError: the config can't be read; its model has no anchors, or none that can be laid.
        RecordError: the manifest is damaged, or has no sample of boxes.
        UsageError: there is no manifest beside the config's records.
    """
    message = read_config(config)
    body = architecture(message, config)
    kind = message.model.WhichOneof("model")
    generator = anchor_generator(kind, body)
    if generator is None:
        raise ConfigError(config, f"{kind} has no anchors", "Nothing is to be fitted: it finds the centres of objects.")
    manifest = _manifest(message, config, records)
    if not (sample := manifest.box_sample.get(TRAIN)):
        where = str(records or Path(config).name)
        raise RecordError(where, "the manifest has no sample of boxes", "Run make-records again with --force.")
    names = manifest.label_map.names
    try:
        reach = anchor_reach(message.model, sample, names)
        fitted = fitted_anchors(message.model, sample, names)
        larger = fitted_image_size(message, sample, names, enough=1 - MOST_UNREACHED)
    except ValueError as error:
        raise ConfigError(config, str(error), "Mend the value it names, or start from a template.") from error
    if reach is None:
        what = "the sizes that its image_resizer leaves can't be told"
        raise ConfigError(config, what, "Take fixed_shape_resizer or keep_aspect_ratio_resizer.")
    extractor = str(body.feature_extractor.type)
    return AnchorReport(config, extractor, reach, anchor_values(generator), fitted, larger)


def anchor_sides(level: Level) -> Floats:
    """The square roots of the areas of a level's anchors, in pixels, each once; rising."""
    sides = [(height * width) ** 0.5 for height, width in level.grid.sizes]
    return np.unique(np.round(sides, 2))


def usual_ratios(level: Level) -> list[float]:
    """The aspect ratios of a level's anchors, each once, the most frequent first."""
    return [ratio for ratio, _ in Counter(round(width / height, 2) for height, width in level.grid.sizes).most_common()]


def _manifest(message: Message, config: str, records: Path | None) -> RecordManifest:
    if records is not None:
        return RecordManifest.read(records)
    if (found := manifest_beside(message)) is None:
        what = "there are no records with a manifest that it would train on"
        raise UsageError(config, what, "Pass the folder that make-records wrote with --records.")
    return found


def _level_json(level: Level) -> dict[str, Any]:
    grid = level.grid
    return {
        "stride": [round(each, 3) for each in (grid.stride[1], grid.stride[0])],
        "grid": [grid.columns, grid.rows],
        "anchors": [[round(width, 2), round(height, 2)] for height, width in grid.sizes],
        "best_for": level.boxes,
    }


def _class_json(each: ClassReach) -> dict[str, Any]:
    return {
        "name": each.name,
        "boxes": each.boxes,
        "well": round(each.well, 4),
        "reached": round(each.reached, 4),
        "median": [round(each.median_width, 1), round(each.median_height, 1)],
    }

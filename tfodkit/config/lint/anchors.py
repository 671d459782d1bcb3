"""Rules about anchors: whether they can be laid, and whether they reach the boxes of the records.

NumPy is loaded where there are boxes to reach, and only then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tfodkit.config.anchors.checks import check_anchors
from tfodkit.config.lint import rules
from tfodkit.config.lint.faults import Fault
from tfodkit.config.model.feature_extractors import FEATURE_EXTRACTORS
from tfodkit.config.pipeline import Message
from tfodkit.records.manifest import TRAIN, RecordManifest, SampledBox

if TYPE_CHECKING:
    from tfodkit.config.anchors.reach import AnchorReach, ClassReach

MOST_UNREACHED = 0.05
"""Of the boxes; more is worth a warning."""
MOST_UNREACHED_OF_CLASS = 0.5
"""Of the boxes of one class that has at least so many in the sample; a rare class makes no difference to all boxes."""
BOXES_OF_CLASS = 20
BOXES_TO_FIT = 300
"""Of the sample: enough to find what would do better, and quick."""
_CLASSES_NAMED = 3
_GENERATORS = {"ssd": "model.ssd.anchor_generator", "faster_rcnn": "model.faster_rcnn.first_stage_anchor_generator"}


def anchor_faults(message: Message, manifest: RecordManifest | None) -> Iterator[Fault]:
    """All of a model whose feature maps are known, with the sample of boxes in the manifest where there is one."""
    kind = message.model.WhichOneof("model")
    if kind not in _GENERATORS or _extractor(message, kind) not in FEATURE_EXTRACTORS[kind]:
        return
    try:
        check_anchors(kind, getattr(message.model, kind))
        if manifest is not None and (sample := manifest.box_sample.get(TRAIN)):
            yield from _unreached(message, sample, manifest.label_map.names)
    except ValueError as error:
        yield Fault(rules.ANCHORS_NONE, _GENERATORS[kind], str(error))


def _extractor(message: Message, kind: str) -> str:
    return str(getattr(message.model, kind).feature_extractor.type)


def _unreached(message: Message, sample: Sequence[SampledBox], names: Sequence[str]) -> Iterator[Fault]:
    from tfodkit.config.anchors.reach import anchor_reach

    reach = anchor_reach(message.model, sample, names)
    if reach is None or not _misses_many(reach):
        return
    what = f"{reach.all_classes.unreached:.0%} of {len(sample):,} boxes have no anchor with an IoU of "
    what += f"{reach.threshold:g}: {_worst(reach)}, in an input of {reach.input_width} x {reach.input_height} pixels"
    if remedies := list(_remedies(message, sample[:BOXES_TO_FIT], names)):
        what += f"; {' and '.join(remedies)}"
    yield Fault(rules.ANCHORS_MISS, _GENERATORS[message.model.WhichOneof("model")], what)


def _misses_many(reach: AnchorReach) -> bool:
    frequent = [each for each in reach.classes if each.boxes >= BOXES_OF_CLASS]
    return reach.all_classes.reached < 1 - MOST_UNREACHED or any(
        each.reached < 1 - MOST_UNREACHED_OF_CLASS for each in frequent
    )


def _worst(reach: AnchorReach) -> str:
    """The classes that it hits most, of those that it hits."""
    hit = [each for each in reach.classes if each.unreached]
    return ", ".join(map(_in_words, hit[:_CLASSES_NAMED]))


def _in_words(each: ClassReach) -> str:
    return f"{each.unreached:.0%} of {each.name} (median {each.median_width:.0f} x {each.median_height:.0f})"


def _remedies(message: Message, sample: Sequence[SampledBox], names: Sequence[str]) -> Iterator[str]:
    """What would leave fewer, as flags of make-config."""
    from tfodkit.config.anchors.fit import fitted_anchors, fitted_image_size

    if anchors := fitted_anchors(message.model, sample, names):
        yield f"{' '.join(anchors.flags)} would leave {1 - anchors.reached:.0%}"
    if larger := fitted_image_size(message, sample, names, enough=1 - MOST_UNREACHED):
        yield f"{larger.flag} would leave {1 - larger.reached:.0%}"

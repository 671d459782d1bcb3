"""Sample weights: how often each training record is drawn, one weight for each record file.

The Object Detection API draws the next image in two steps: a record at random by ``sample_from_datasets_weights``, then
an image of that record, which is repeated for ever. So a weight belongs to a record and draws *images, not boxes*; only
the ratio of weights counts; and equal weights draw a record of 10 images as often as one of 1,000.

==============  =====================================================================================================
asked for       weight of a record
==============  =====================================================================================================
nothing         its number of images: every image is drawn equally often
``balanced``    1 for every class: the records of all classes are drawn equally often. Images without objects
                (``background``) keep the share that they have of all images, but are never drawn oftener than a class
``mug=1.5,…``   the weight given; 1 where none is given. 0 leaves the record out
==============  =====================================================================================================

Without any weights the Object Detection API interleaves all files, in blocks of 32 images: over a whole pass that draws
each image equally often too, but the classes come in clumps. Weights by number of images mix them from the first step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tfodkit.config.nearest import nearest_names
from tfodkit.config.pipeline import six_digits
from tfodkit.errors import UsageError
from tfodkit.records.manifest import BACKGROUND, RecordFile

BALANCED = "balanced"
UNNAMED = 1.0
LARGEST = 1e6


def parse_weights(text: str) -> str | dict[str, float]:
    """``"balanced"`` as it is, or the weights by class of ``"bagel=1.5,mug=1"``.

    A class name may hold an equals sign (the last one counts) but no comma.

    Raises:
        UsageError: a part is no ``class=number``, or a class stands twice.
    """
    if text.strip() == BALANCED:
        return BALANCED
    weights: dict[str, float] = {}
    for part in text.split(","):
        name, equals, number = (piece.strip() for piece in part.rpartition("="))
        if not equals or not name:
            raise UsageError(f"--weights {text}", f"{part.strip()!r} is no class=number", _FORM)
        if name in weights:
            raise UsageError(f"--weights {text}", f"{name!r} stands twice", "Give each class one weight.")
        weights[name] = _number(name, number)
    return weights


def format_weights(weights: str | Mapping[str, float]) -> str:
    """The text that :func:`parse_weights` reads."""
    if isinstance(weights, str):
        return weights
    return ",".join(f"{name}={shortest(weight)}" for name, weight in weights.items())


def shortest(value: float) -> str:
    """The shortest decimal that reads back as ``value``: ``1``, not ``1.0``."""
    return repr(float(value)).removesuffix(".0")


def check_weight(name: str, weight: float) -> None:
    """Raise :class:`UsageError` for a weight that is negative, beyond a million, or not a number."""
    if not 0 <= weight <= LARGEST:
        what = f"a weight must be 0 to {LARGEST:,.0f}, but got {weight:g}"
        raise UsageError(f"--weights {name}={weight:g}", what, "Give a positive number, or 0 to leave the record out.")


def record_weights(
    records: Sequence[RecordFile], weights: str | Mapping[str, float] | None, classes: Sequence[str]
) -> tuple[float, ...]:
    """The weight of each record, in the order of ``records``; the table above tells how.

    Args:
        records: the training records, none of them empty.
        weights: by class or ``background``, as a mapping or as text of :func:`parse_weights`; or None.
        classes: the names of the label map, to tell a class without a record from an unknown one.

    Raises:
        UsageError: a weight for an unknown class or for one that has no record, or no weight above 0.
    """
    if weights is None:
        return tuple(float(record.images) for record in records)
    if isinstance(weights, str):
        weights = parse_weights(weights)
    if isinstance(weights, str):
        return _balanced(records)
    homes = [record.home_class for record in records]
    for name in weights:
        if name not in homes:
            raise _no_record(name, homes, classes)
    result = tuple(weights.get(home, UNNAMED) for home in homes)
    if not any(result):
        flag = f"--weights {format_weights(weights)}"
        raise UsageError(flag, "no record is left with a weight above 0", "Give one class at least a weight above 0.")
    return result


@dataclass(frozen=True, slots=True)
class DrawnRecord:
    """A training record and how often it is drawn."""

    name: str
    home_class: str
    images: int
    boxes: int
    """Of all classes together."""
    weight: float
    share: float
    """Of all images drawn, 0 to 1."""


def drawn_records(records: Sequence[RecordFile], weights: Sequence[float]) -> tuple[DrawnRecord, ...]:
    """What the weights come to, in the order of ``records``."""
    total = sum(weights)
    return tuple(
        DrawnRecord(
            name=record.name,
            home_class=record.home_class,
            images=record.images,
            boxes=sum(count for _, count in record.boxes),
            weight=weight,
            share=weight / total,
        )
        for record, weight in zip(records, weights, strict=True)
    )


_FORM = "Write --weights bagel=1.5,mug=1 or --weights balanced."


def _number(name: str, text: str) -> float:
    try:
        weight = float(text)
    except ValueError as error:
        raise UsageError(f"--weights {name}={text}", f"a weight must be a number, but got {text!r}", _FORM) from error
    check_weight(name, weight)
    return weight


def _balanced(records: Sequence[RecordFile]) -> tuple[float, ...]:
    background = sum(record.images for record in records if record.home_class == BACKGROUND)
    with_objects = sum(record.images for record in records if record.home_class != BACKGROUND)
    classes = sum(record.home_class != BACKGROUND for record in records)
    natural = six_digits(classes * background / with_objects) if with_objects else 1.0
    return tuple(min(1.0, natural) if record.home_class == BACKGROUND else 1.0 for record in records)


def _no_record(name: str, homes: Sequence[str], classes: Sequence[str]) -> UsageError:
    if name in classes:
        what = (
            f"the class {name!r} has no training record: each of its images has a rarer class, and lies in that one's"
        )
        return UsageError(f"--weights {name}", what, f"Weight one of: {', '.join(sorted(homes))}.")
    return UsageError(f"--weights {name}", f"there is no class {name!r} in the records", nearest_names(name, homes))

"""Sample weights: how often each group of training records is drawn, one weight for each group.

The Object Detection API draws the next image in two steps: a group at random by ``sample_from_datasets_weights``, then
an image of that group, which is repeated for ever. So a weight belongs to a group and draws *images, not boxes*; only
the ratio of weights counts; and equal weights draw a group of 10 images as often as one of 1,000. A group is all the
files of one split and home class, or of one folder, in one file or in many shards.

======================  =============================================================================================
asked for               weight of a group
======================  =============================================================================================
nothing                 its number of images: every image is drawn equally often
``balanced``            1 for every group: all classes, or folders, are drawn equally often
``sqrt``                the square root of its number of images: between the two above
``effective-number:β``  n / E(n) for its n images, where E(n) = (1 - β^n) / (1 - β) is their *effective number*, which
                        grows slower the more there are: every image equally often for β = 0, ``balanced`` for β near 1;
                        0.9 to 0.9999 are usual
``mug=1.5,…``           the weight given; 1 where none is given. 0 leaves the group out
======================  =============================================================================================

Of the rules in the middle, images without objects (``background``) keep the share that they have of all images, but are
never drawn oftener than the class drawn most. The effective number is that of Cui, Jia, Lin, Song and Belongie,
"Class-Balanced Loss Based on Effective Number of Samples", CVPR 2019: their loss weighs a sample by 1 / E(n) of its
class. Drawing it that often comes to the same on average, and a group of n such images is drawn n times that.

Without any weights the Object Detection API interleaves all files, in blocks of 32 images: over a whole pass that draws
each image equally often too, but the classes come in clumps. Weights by number of images mix them from the first step.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tfodkit.config.option_values import shortest
from tfodkit.config.pipeline import six_digits
from tfodkit.errors import UsageError
from tfodkit.nearest import nearest_names
from tfodkit.records.manifest import BACKGROUND, RecordGroup

BALANCED = "balanced"
SQRT = "sqrt"
EFFECTIVE = "effective-number"
UNNAMED = 1.0
LARGEST = 1e6


def parse_weights(text: str) -> str | dict[str, float]:
    """``"balanced"``, ``"sqrt"``, ``"effective-number:0.999"`` as they are, or the weights of ``"bagel=1.5,mug=1"``.

    A class name may hold an equals sign (the last one counts) but no comma.

    Raises:
        UsageError: a part is no ``class=number``, a class stands twice, or no effective number has that β.
    """
    rule, colon, beta = text.strip().partition(":")
    if rule in (BALANCED, SQRT) and not colon:
        return rule
    if rule == EFFECTIVE and "=" not in beta:
        _beta(text)
        return text.strip()
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


def check_weight(name: str, weight: float) -> None:
    """Raise :class:`UsageError` for a weight that is negative, beyond a million, or not a number."""
    if not 0 <= weight <= LARGEST:
        what = f"a weight must be 0 to {LARGEST:,.0f}, but got {weight:g}"
        raise UsageError(f"--weights {name}={weight:g}", what, "Give a positive number, or 0 to leave the group out.")


def group_weights(
    groups: Sequence[RecordGroup], weights: str | Mapping[str, float] | None, classes: Sequence[str]
) -> tuple[float, ...]:
    """The weight of each group, in the order of ``groups``; the table above tells how.

    Args:
        groups: the training records, none of them empty.
        weights: by class or ``background``, or by what else the groups are called, as a mapping or as text of
            :func:`parse_weights`; or None.
        classes: the names of the label map where groups are per class, to tell a class without records from an
            unknown one; empty where they are not.

    Raises:
        UsageError: a weight for an unknown class or for one that has no records, or no weight above 0.
    """
    if weights is None:
        return tuple(float(group.images) for group in groups)
    if isinstance(weights, str):
        weights = parse_weights(weights)
    if isinstance(weights, str):
        return _by_rule(groups, weights, is_per_class=bool(classes))
    names = [group.name for group in groups]
    for name in weights:
        if name not in names:
            raise _no_group(name, names, classes)
    result = tuple(weights.get(name, UNNAMED) for name in names)
    if not any(result):
        flag = f"--weights {format_weights(weights)}"
        raise UsageError(flag, "no group is left with a weight above 0", "Give one group at least a weight above 0.")
    return result


@dataclass(frozen=True, slots=True)
class DrawnGroup:
    """A group of training records and how often it is drawn."""

    pattern: str
    """Of its files' names."""
    name: str
    images: int
    boxes: int
    """Of all classes together."""
    weight: float
    share: float
    """Of all images drawn, 0 to 1."""


def drawn_groups(groups: Sequence[RecordGroup], weights: Sequence[float]) -> tuple[DrawnGroup, ...]:
    """What the weights come to, in the order of ``groups``."""
    total = sum(weights)
    return tuple(
        DrawnGroup(
            pattern=group.pattern,
            name=group.name,
            images=group.images,
            boxes=group.boxes,
            weight=weight,
            share=weight / total,
        )
        for group, weight in zip(groups, weights, strict=True)
    )


def reweighted(groups: Sequence[DrawnGroup], weights: Sequence[float]) -> tuple[DrawnGroup, ...]:
    """``groups`` with the weights of a config that was changed by hand; as they are where those can't be theirs."""
    total = sum(weights)
    if len(weights) != len(groups) or not 0 < total < math.inf:
        return tuple(groups)
    return tuple(
        replace(group, weight=float(f"{weight:.6g}"), share=weight / total)
        for group, weight in zip(groups, weights, strict=True)
    )


_FORM = "Write --weights bagel=1.5,mug=1, or balanced, sqrt or effective-number:0.999."


def _number(name: str, text: str) -> float:
    try:
        weight = float(text)
    except ValueError as error:
        raise UsageError(f"--weights {name}={text}", f"a weight must be a number, but got {text!r}", _FORM) from error
    check_weight(name, weight)
    return weight


def _by_rule(groups: Sequence[RecordGroup], rule: str, *, is_per_class: bool) -> tuple[float, ...]:
    """The weights by number of images; those of ``background`` apart where groups are per class."""
    apart = [group.name == BACKGROUND and is_per_class for group in groups]
    of_classes = [_ruled(group.images, rule) for group, is_apart in zip(groups, apart, strict=True) if not is_apart]
    background = sum(group.images for group, is_apart in zip(groups, apart, strict=True) if is_apart)
    with_objects = sum(group.images for group in groups) - background
    natural = min(max(of_classes), sum(of_classes) * background / with_objects) if of_classes else UNNAMED
    return tuple(
        six_digits(natural if is_apart else _ruled(group.images, rule))
        for group, is_apart in zip(groups, apart, strict=True)
    )


def _ruled(images: int, rule: str) -> float:
    if rule == BALANCED:
        return 1.0
    if rule == SQRT:
        return math.sqrt(images)
    beta = _beta(rule)
    return images * (1 - beta) / -math.expm1(images * math.log(beta)) if beta else float(images)


def _beta(text: str) -> float:
    number = text.partition(":")[2].strip()
    try:
        beta = float(number)
    except ValueError:
        beta = math.nan
    if not 0 <= beta < 1:
        what = f"beta must be 0 or more and below 1, but got {number!r}"
        raise UsageError(f"--weights {text}", what, "Write --weights effective-number:0.999.")
    return beta


def _no_group(name: str, names: Sequence[str], classes: Sequence[str]) -> UsageError:
    if name in classes:
        what = (
            f"the class {name!r} has no training record: each of its images has a rarer class, and lies in that one's"
        )
        return UsageError(f"--weights {name}", what, f"Weight one of: {', '.join(sorted(names))}.")
    kind = "class" if classes else "group"
    return UsageError(f"--weights {name}", f"there is no {kind} {name!r} in the records", nearest_names(name, names))

"""A fingerprint of all that decides what is written, so that a second run over the same data can tell."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tfodkit import __version__, files
from tfodkit.annotations.masks import InstanceMask, Mask
from tfodkit.annotations.values import ObjectAnnotation
from tfodkit.dataset.survey import SurveyedImage
from tfodkit.records.manifest import FORMAT_VERSION
from tfodkit.records.plan import RecordPlan


def fingerprint(plan: RecordPlan) -> str:
    """64 hexadecimal digits: equal where the same tfodkit would write the same bytes.

    Of the options, the classes, each image's content, annotation, mend and split, and what was left out, changed or
    warned of. Nothing of it depends on where the data lies.
    """
    digest = hashlib.sha256()
    head = [FORMAT_VERSION, __version__, plan.format, plan.options.to_values(), plan.label_map.names]
    digest.update(json.dumps(head, sort_keys=True).encode())
    of_file = cache(_of_file)
    for image in plan.images:
        digest.update(repr((_of_image(image, of_file), plan.side_of[image.annotation.name])).encode())
    digest.update(repr((plan.dropped(), plan.changed(), plan.warnings())).encode())
    return digest.hexdigest()


def _of_image(image: SurveyedImage, of_file: Callable[[Path], str]) -> tuple[object, ...]:
    annotation, mend = image.annotation, image.mend
    return (
        annotation.name,
        annotation.width,
        annotation.height,
        [_of_object(found, of_file) for found in annotation.objects],
        image.facts.sha256,
        mend and (mend.exif, mend.encode_again),
    )


def _of_object(found: ObjectAnnotation, of_file: Callable[[Path], str]) -> tuple[object, ...]:
    return (
        found.label,
        found.box.xyxy,
        found.difficult,
        found.truncated,
        found.pose,
        found.is_crowd,
        found.mask and _of_mask(found.mask, of_file),
        found.keypoints,
    )


def _of_mask(mask: Mask, of_file: Callable[[Path], str]) -> object:
    return (of_file(mask.path), mask.instance) if isinstance(mask, InstanceMask) else mask


def _of_file(path: Path) -> str:
    try:
        return files.sha256(path)
    except OSError:
        return "unreadable"  # whoever writes the record will say so

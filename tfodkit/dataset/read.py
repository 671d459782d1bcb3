"""Reads labelled pictures of any format into a data set: :func:`read_annotations`."""

from __future__ import annotations

from pathlib import Path

from tfodkit.dataset.dataset import Dataset
from tfodkit.dataset.policies import Policies
from tfodkit.dataset.source import open_source
from tfodkit.dataset.survey import survey


def read_annotations(
    images: Path | str,
    annotations: Path | str | None = None,
    *,
    format: str | None = None,  # noqa: A002 - named as the flag is
    policies: Policies | None = None,
) -> Dataset:
    """The annotated images of a data set, sorted by name; boxes are ``xyxy`` pixels of the picture as recorded.

    ``images``, ``annotations`` and ``format`` are as for :func:`tfodkit.check`. Images are looked at, to their end but
    not into their pixels. What was left out or changed by ``policies`` is in ``findings``.

    Raises:
        DataError: with everything that is wrong and that no policy mends.
    """
    source = open_source(Path(images), None if annotations is None else Path(annotations), format)
    found = survey(source, policies=policies, decode=False)
    found.require_sound()
    return Dataset(tuple(image.annotation for image in found.images), found.findings)

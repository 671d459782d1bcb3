"""Images that belong together: one in training and one in validation would give the answer away.

Copies of one picture under two names, pictures that are nearly equal, frames of one video, pictures of one patient.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from tfodkit.dataset.rules import NOT_GROUPED
from tfodkit.errors import UsageError
from tfodkit.findings import Finding

if TYPE_CHECKING:
    from tfodkit.dataset.survey import SurveyedImage

BY_FOLDER = "folder"


def equal_images(images: Iterable[SurveyedImage]) -> list[list[str]]:
    """The names of images whose files have the same bytes, two or more each; names and groups sorted."""
    names: dict[bytes, list[str]] = defaultdict(list)
    for image in images:
        if image.facts.sha256:  # none of a file that can't be read
            names[image.facts.sha256].append(image.annotation.name)
    return _shared(names)


def alike_images(images: Iterable[SurveyedImage]) -> list[list[str]]:
    """The names of images that look nearly equal, two or more each; sorted. None where pixels were not decoded."""
    from tfodkit.images.look import near_pairs

    looks = {image.annotation.name: image.facts.look for image in images}
    return [list(names) for names in near_pairs({name: look for name, look in looks.items() if look is not None})]


def images_grouped_by(names: Iterable[str], by: str) -> tuple[list[list[str]], list[str]]:
    """The groups, two images or more each, and the images that ``by`` says nothing about; all sorted.

    ``by`` is ``folder``, where images right in the topmost folder belong to none; or a regular expression that is
    searched in an image's name below the folder: what its first group matches, or all of it where it has no group, is
    equal for images that belong together.

    Raises:
        UsageError: ``by`` is no regular expression.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for name, key in _keys(names, by).items():
        found[key].append(name)
    return _shared({key: members for key, members in found.items() if key}), sorted(found.get("", []))


def group_images(
    images: Iterable[SurveyedImage], *, by: str | None = None, near_duplicates: bool = True
) -> list[list[str]]:
    """The names of images that belong in one split: equal, nearly equal, and brought together by ``by``.

    Raises:
        UsageError: as :func:`images_grouped_by`.
    """
    images = list(images)
    groups = equal_images(images)
    if near_duplicates:
        groups += alike_images(images)
    if by is not None:
        groups += images_grouped_by((image.annotation.name for image in images), by)[0]
    return merged_groups(groups)


def images_not_grouped(images: Iterable[SurveyedImage], by: str) -> Iterator[Finding]:
    """One finding for each image that ``by`` says nothing about.

    Raises:
        UsageError: as :func:`images_grouped_by`.
    """
    paths = {image.annotation.name: image.annotation.image for image in images}
    for name in images_grouped_by(paths, by)[1]:
        what = "the image lies in no folder" if by == BY_FOLDER else f"{by!r} is not found in the image's name"
        yield Finding(NOT_GROUPED, paths[name], what)


def merged_groups(groups: Iterable[Iterable[str]]) -> list[list[str]]:
    """Groups that share a name as one; those of two names or more, names and groups sorted.

    >>> merged_groups([["b", "a"], ["c"], ["d", "b"]])
    [['a', 'b', 'd']]
    """
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while (above := parent.setdefault(name, name)) != name:
            parent[name] = name = parent[above]
        return name

    for group in groups:
        first = None
        for name in group:
            first = root(name) if first is None else first
            parent[root(name)] = root(first)
    members: dict[str, list[str]] = defaultdict(list)
    for name in parent:
        members[root(name)].append(name)
    return _shared(members)


def _shared(members: Mapping[str, list[str]] | Mapping[bytes, list[str]]) -> list[list[str]]:
    return sorted(sorted(names) for names in members.values() if len(names) > 1)


def _keys(names: Iterable[str], by: str) -> dict[str, str]:
    """What stands for an image's group, by its name; blank for none."""
    if by == BY_FOLDER:
        parents = {name: str(PurePosixPath(name).parent) for name in names}
        return {name: "" if parent == "." else parent for name, parent in parents.items()}
    try:
        pattern = re.compile(by)
    except re.error as error:
        remedy = r"Pass folder, or an expression such as (video\d+)_."
        raise UsageError("--group-by", f"{by!r} is no regular expression: {error}", remedy) from None
    matches = {name: pattern.search(name) for name in names}
    return {name: (match.group(min(1, pattern.groups)) or "") if match else "" for name, match in matches.items()}

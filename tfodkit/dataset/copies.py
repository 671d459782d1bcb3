"""Images that are copies of each other: one in training and one in validation would give the answer away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from tfodkit import files


def identical_images(images: Iterable[Path]) -> list[list[str]]:
    """The names of images with the same bytes, two or more each; sorted. Reads only files that share their size.

    Images that can't be read are not reported here.
    """
    by_size: dict[int, list[Path]] = defaultdict(list)
    for image in images:
        if image.is_file():
            by_size[image.stat().st_size].append(image)
    by_content: dict[str, list[str]] = defaultdict(list)
    for candidates in by_size.values():
        if len(candidates) > 1:
            for image in candidates:
                by_content[_content(image)].append(image.name)
    return sorted(sorted(names) for names in by_content.values() if len(names) > 1)


def _content(image: Path) -> str:
    try:
        return files.sha256(image)
    except OSError:
        return f"unreadable: {image}"

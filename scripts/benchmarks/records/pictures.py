"""What stands next to every figure: the pictures."""

from __future__ import annotations

import statistics

from place import Devkit

KIBIBYTE = 1024


def describe_pictures(devkit: Devkit) -> str:
    sizes = [path.stat().st_size / KIBIBYTE for path in devkit.images.iterdir()]
    return (
        f"{len(sizes)} JPEGs of {min(sizes):.0f} to {max(sizes):.0f} KiB (median {statistics.median(sizes):.0f}), "
        f"{sum(sizes) / KIBIBYTE:.0f} MiB, in {devkit.folder.name}"
    )

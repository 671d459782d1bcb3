"""The size of a shard as text: ``100MB``."""

from __future__ import annotations

import re

from tfodkit.errors import UsageError
from tfodkit.records.options import SMALLEST_SHARD

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmg]?)b?", re.IGNORECASE)
_UNITS = {"": 0, "k": 10, "m": 20, "g": 30}


def parse_shard_size(text: str) -> int:
    """Bytes.

    >>> parse_shard_size("1.5 kB")
    1536

    Raises:
        UsageError: no size, or too small a one.
    """
    match = _SIZE.fullmatch(text.strip())
    size = int(float(match[1]) * (1 << _UNITS[match[2].lower()])) if match else 0
    if size < SMALLEST_SHARD:
        what = f"not a size of {SMALLEST_SHARD} bytes or more"
        raise UsageError(f"--shard-size {text}", what, "Write it as 100MB, 1.5GB or a number of bytes.")
    return size

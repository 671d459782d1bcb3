"""What the Object Detection API misses on today's stack, one small function each; :data:`registry.MENDS` lists them."""

from __future__ import annotations

from tfodkit.odapi.mends.registry import MENDS, Mend, When, lay

__all__ = ["MENDS", "Mend", "When", "lay"]

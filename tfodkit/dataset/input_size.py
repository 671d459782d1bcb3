"""How large an image is when a detector sees it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InputSize:
    """A detector's resizer: all images to ``width`` by ``height`` pixels, or with their ratio kept.

    With ``keeps_ratio`` the short side becomes ``width``, unless the long one would then be above ``height``.
    """

    width: int
    height: int
    keeps_ratio: bool = False

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise ValueError(f"an input size must be at least 1 x 1, but got {self.width} x {self.height}")

    def __str__(self) -> str:
        if self.keeps_ratio:
            return f"at most {self.height} px long and {self.width} px short, aspect kept"
        return f"{self.width} x {self.height} px"

    def scale(self, *, width: int, height: int) -> tuple[float, float]:
        """The factors by which an image of that size is stretched across and down."""
        if not self.keeps_ratio:
            return self.width / width, self.height / height
        factor = min(self.width / min(width, height), self.height / max(width, height))
        return factor, factor

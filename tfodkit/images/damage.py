"""Why an image file can't be decoded, or not to its end."""

from __future__ import annotations


class DamageError(Exception):
    """The file is damaged before its first pixel, so that nothing of it can be saved; ``what`` has no full stop."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class KindError(DamageError):
    """The file is whole, but of a kind that nothing here decodes."""

"""TensorBoard events under the tags of the Object Detection API, so that its users find their curves."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any


class EventWriter:
    """Writes scalars to an event file in ``folder``, made with the first of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writer: Any = None

    def add(self, step: int, scalars: Mapping[str, float | None]) -> None:
        """Write the scalars of a step and flush them; ``None`` is left out."""
        import tensorflow as tf

        if self._writer is None:
            self._writer = tf.summary.create_file_writer(str(self._folder))
        with self._writer.as_default():
            for tag, value in scalars.items():
                if value is not None:
                    tf.summary.scalar(tag, value, step=step)
        self._writer.flush()

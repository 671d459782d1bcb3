"""TensorBoard events under the tags of the Object Detection API, so that its users find their curves and pictures."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from PIL import Image

from tfodkit.errors import OutputError

IMAGES_PLUGIN = "images"
JPEG_QUALITY = 88


class EventWriter:
    """Writes to an event file in ``folder``, made with the first value; each call is flushed. A context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writer: Any = None

    def __enter__(self) -> EventWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add(self, step: int, scalars: Mapping[str, float | None]) -> None:
        """Write the scalars of a step; ``None`` is left out.

        Raises:
            OutputError: the disk is full.
        """
        import tensorflow as tf

        with self._writing():
            for tag, value in scalars.items():
                if value is not None:
                    tf.summary.scalar(tag, value, step=step)

    def add_pictures(self, step: int, tag: str, pictures: Sequence[Image.Image]) -> None:
        """Write RGB pictures of a step under one tag; as JPEG, a tenth of what ``tf.summary.image`` would write.

        Raises:
            OutputError: the disk is full.
        """
        import tensorflow as tf

        if not pictures:
            return
        plugin = tf.compat.v1.SummaryMetadata.PluginData(plugin_name=IMAGES_PLUGIN)
        size = [str(side).encode() for side in pictures[0].size]  # the plugin's format: width, height, encoded images
        with self._writing():
            tensor = tf.constant([*size, *map(_jpeg, pictures)])
            tf.summary.write(tag, tensor, step=step, metadata=tf.compat.v1.SummaryMetadata(plugin_data=plugin))

    def close(self) -> None:
        """Close the file, if there is one; what could not be written was told before."""
        if self._writer is not None:
            import tensorflow as tf

            with contextlib.suppress(tf.errors.OpError):
                self._writer.close()
            self._writer = None

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        import tensorflow as tf

        try:
            if self._writer is None:
                self._writer = tf.summary.create_file_writer(str(self._folder))
            with self._writer.as_default():
                yield
            self._writer.flush()
        except tf.errors.OpError as error:
            what = f"TensorBoard's events can't be written: {error.message.splitlines()[0]}"
            raise OutputError(str(self._folder), what, "Choose another place, or make room.") from error


def _jpeg(picture: Image.Image) -> bytes:
    encoded = io.BytesIO()
    picture.save(encoded, format="JPEG", quality=JPEG_QUALITY)
    return encoded.getvalue()

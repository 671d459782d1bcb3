"""One detector over every exported form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tfodkit.annotations.detections import Detections
from tfodkit.dataset.label_map import read_class_names
from tfodkit.errors import ExportError
from tfodkit.inference import formats
from tfodkit.inference.pictures import as_pixels
from tfodkit.inference.runtime import Runtime


class Detector:
    """An exported model that is ready to look at pictures.

    ::

        detector = Detector.open("EXPORTED")
        found = detector.detect(Image.open("tray.jpg")).above(0.5)
        print([detector.name_of(int(class_id)) for class_id in found.class_ids], found.boxes_xyxy, found.scores)
    """

    def __init__(self, runtime: Runtime, class_names: Mapping[int, str], *, format_name: str) -> None:
        self._runtime = runtime
        self.class_names = class_names
        """By id, from 1, in the order of the ids; ids may have gaps."""
        self.format_name = format_name

    @classmethod
    def open(cls, path: str | Path, *, format: str | None = None, label_map: str | Path | None = None) -> Detector:  # noqa: A002
        """Load the model at ``path``: an export folder, a ``saved_model`` folder or a model's file.

        Args:
            path: where the model lies.
            format: the form's name, where an export folder holds several; the first of them unless given.
            label_map: the label map's file; without it, the ``label_map.pbtxt`` of the model's export, or the names
                that the model's file holds itself.

        Raises:
            ExportError: there is no such model, it is damaged, or it has no label map.
            RecordError: the label map can't be read.
            UsageError: there is no such form.
        """
        model = formats.locate(Path(path), format)
        labels = model.find_label_map() if label_map is None else Path(label_map)
        names = _own_class_names(model) if labels is None else read_class_names(labels)
        return cls(model.format.load(model.path), names, format_name=model.format.name)

    def detect(self, image: Image.Image | NDArray[np.uint8]) -> Detections:
        """All detections in one picture, however low their scores; boxes in pixels of the upright picture.

        ``image`` is a Pillow image, which is turned upright by its EXIF orientation, or ``uint8 [height, width, 3]``,
        RGB, upright. ``ValueError`` for another array.
        """
        return self.detect_all([as_pixels(image)])[0]

    def detect_all(self, pictures: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        """As :meth:`detect`, of arrays of one size at once, in their order: quicker than one by one."""
        height, width, _ = pictures[0].shape
        return [
            Detections.from_yxyx_norm(found.boxes_yxyx_norm, found.scores, found.class_ids, width=width, height=height)
            for found in self._runtime.run(pictures[0][np.newaxis] if len(pictures) == 1 else np.stack(pictures))
        ]

    def name_of(self, class_id: int) -> str:
        """The class's name; ``class N`` for an id that is not in the label map."""
        return self.class_names.get(class_id, f"class {class_id}")


def _own_class_names(model: formats.ExportedModel) -> Mapping[int, str]:
    names = model.format.class_names(model.path)
    if not names:
        raise ExportError(
            str(model.path),
            "there is no label_map.pbtxt beside the model",
            "Copy the label map of its training there.",
        )
    return names

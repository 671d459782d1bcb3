"""What a run writes about each picture, by its own name: the drawn picture, the objects cut out, the XML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from tfodkit.annotations.detections import Detections
from tfodkit.annotations.values import ImageAnnotation, ObjectAnnotation, label_problem
from tfodkit.annotations.voc_writer import to_voc_xml
from tfodkit.boxes import Box
from tfodkit.errors import DataError, Problem
from tfodkit.files import own_name
from tfodkit.inference.drawing import draw
from tfodkit.inference.options import Output

JPEG_SUFFIXES = frozenset({".jpg", ".jpeg"})
JPEG_QUALITY = 92
CROPS, ANNOTATIONS = "crops", "annotations"
NOT_IN_NAMES = '/\\:*?"<>|'
"""Some system or other has no such letters in the names of files."""
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class PictureFiles:
    """Writes the files of single pictures to ``folder``; several at once may be written."""

    folder: Path
    outputs: frozenset[Output]
    class_names: Mapping[int, str]

    def write(self, path: Path, name: str, image: Image.Image, found: Detections) -> Problem | None:
        """All that is asked for about the picture at ``path``, under ``name``; what went wrong with it."""
        if Output.PICTURES in self.outputs:
            save(draw(image, found, self.name_of), self.folder / name)
        if Output.CROPS in self.outputs:
            self._write_crops(name, image, found)
        return self._write_xml(path, name, image, found) if Output.VOC in self.outputs else None

    def name_of(self, class_id: int) -> str:
        """The class's name; ``class N`` for an id that is not in the label map."""
        return self.class_names.get(class_id, f"class {class_id}")

    def _write_crops(self, name: str, image: Image.Image, found: Detections) -> None:
        numbers: Counter[Path] = Counter()
        for box, class_id in zip(_whole_boxes(image, found), found.class_ids.tolist(), strict=True):
            if not box.is_empty:
                folder = self.folder / CROPS / file_name(self.name_of(class_id))
                numbers[folder] += 1
                folder.mkdir(parents=True, exist_ok=True)
                place = folder / f"{Path(name).stem}-{numbers[folder]}{Path(name).suffix}"
                save(image.crop(box.xyxy), place)

    def _write_xml(self, path: Path, name: str, image: Image.Image, found: Detections) -> Problem | None:
        names = [self.name_of(class_id) for class_id in found.class_ids.tolist()]
        objects = [
            ObjectAnnotation(each.strip() if label_problem(each.strip()) is None else "unnamed", box)
            for each, box in zip(names, _whole_boxes(image, found), strict=True)
            if not box.is_empty
        ]
        place = self.folder / ANNOTATIONS / f"{Path(name).stem}.xml"
        place.parent.mkdir(exist_ok=True)
        try:
            place.write_bytes(to_voc_xml(ImageAnnotation(path, image.width, image.height, tuple(objects))))
        except DataError as error:
            return replace(error.problems[0], where=str(path))
        return None


def own_names(pictures: Sequence[Path]) -> Mapping[Path, str]:
    """A file name for each picture: its own, ``.png`` unless it is a JPEG; numbered where two stems would be the same.

    Stems differ without regard to capitals, so that XML can be called after them as well.
    """
    names: dict[Path, str] = {}
    taken: set[str] = set()
    for path in pictures:
        suffix = path.suffix if path.suffix.lower() in JPEG_SUFFIXES else ".png"
        names[path] = own_name(path.stem, taken) + suffix
    return names


def file_name(name: str) -> str:
    """A class's name as that of a folder, wherever it may be copied to.

    >>> file_name("cup/mug"), file_name("..")
    ('cup_mug', '__')
    """
    kept = "".join("_" if letter in NOT_IN_NAMES or not letter.isprintable() else letter for letter in name.strip())
    return kept[:LONGEST_NAME].rstrip(". ") or "_" * max(1, len(kept))


def save(image: Image.Image, path: Path) -> None:
    """Write a picture as its suffix says, a JPEG of good quality."""
    if path.suffix.lower() in JPEG_SUFFIXES:
        image.save(path, quality=JPEG_QUALITY)
    else:
        image.save(path)


def _whole_boxes(image: Image.Image, found: Detections) -> list[Box]:
    """In whole pixels, inside the picture."""
    rows = found.boxes_xyxy.tolist()
    return [Box(*(float(round(side)) for side in row)).clip(width=image.width, height=image.height) for row in rows]

"""Finds out what a truth is that somebody passes: records, a COCO file, or a folder of XML."""

from __future__ import annotations

from pathlib import Path

from tfodkit.dataset.label_map import read_class_names
from tfodkit.errors import DataError, RecordError
from tfodkit.evaluation.ground_truth import read_ground_truth
from tfodkit.evaluation.sources.coco_truth import read_coco_truth
from tfodkit.evaluation.sources.truth import Truth, refuse_unusable
from tfodkit.evaluation.sources.voc_truth import read_voc_truth, voc_files
from tfodkit.records.manifest import MANIFEST, VAL
from tfodkit.records.sources import find_records

FORMS = "a COCO .json, a records folder or its manifest.json, a record file, or a folder of Pascal VOC .xml"


def read_truth(place: str | Path, *, shapes: bool = True) -> Truth:
    """The truth at ``place``: a COCO file, records, of which those to validate with count, or a folder of XML.

    Masks and keypoints of records are read where ``shapes`` asks for them.

    Raises:
        DataError: there is nothing of that kind, it can't be used, or it holds no object, or an image twice.
        RecordError: the records are damaged, or have no label map.
    """
    place = Path(place)
    truth = _read(place, shapes)
    refuse_unusable(truth)
    return truth


def read_records_truth(place: Path, *, shapes: bool = True) -> Truth:
    """The images to validate with of the records at ``place``; all of them where no name tells which these are.

    Raises:
        RecordError: the records are damaged, or have no label map.
    """
    found = find_records(place)
    if found.label_map is None:
        remedy = "Put the label_map.pbtxt that they were written with beside them."
        raise RecordError(str(place), "the records have no label map", remedy)
    names = read_class_names(found.label_map, display=False)
    paths = tuple(source.path for source in found.sources if source.split == VAL) or tuple(
        source.path for source in found.sources
    )
    images = tuple(read_ground_truth(paths, names, shapes=shapes))
    return Truth(
        where=str(place),
        images=images,
        names=tuple((image.name,) for image in images),
        class_names=names,
        records=paths,
    )


def _read(place: Path, shapes: bool) -> Truth:
    if place.name == MANIFEST and place.is_file():
        return read_records_truth(place.parent, shapes=shapes)
    if place.suffix.lower() == ".json":
        return read_coco_truth(place)
    if place.is_dir() and not (place / MANIFEST).is_file() and (paths := voc_files(place)):
        return read_voc_truth(place, paths)
    if not _is_records(place):
        raise DataError(str(place), "there is no truth here", f"Pass {FORMS}.")
    return read_records_truth(place, shapes=shapes)


def _is_records(place: Path) -> bool:
    """False where there are none; true also where they are damaged, which reading them tells."""
    try:
        return bool(find_records(place).sources)
    except RecordError:
        return (place / MANIFEST).is_file()

"""Writes Pascal VOC XML as labelImg does: tabs, no XML declaration, UTF-8, a newline at the end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lxml import etree

from tfodkit import files
from tfodkit.annotations.losses import CROWD, KEYPOINTS, MASKS, Loss, count_extras, losses_of
from tfodkit.annotations.places import place_beside
from tfodkit.annotations.values import ImageAnnotation, ObjectAnnotation
from tfodkit.errors import DataError


def to_voc_xml(annotation: ImageAnnotation) -> bytes:
    """The XML of one image: opens in labelImg, and reads back as the same annotation.

    ``<folder>`` is the name of the image's folder. labelImg writes an absolute path into ``<path>`` and never reads it;
    here it is the file name alone, so that the same annotation gives the same bytes on every machine. Coordinates are
    written as whole numbers where they are whole.

    Raises:
        DataError: the image's name has characters that XML can't hold.
    """
    root = etree.Element("annotation")
    try:
        _add(root, "folder", annotation.image.parent.name)
        _add(root, "filename", annotation.image.name)
        _add(root, "path", annotation.image.name)
    except ValueError as error:
        what = "the file name has characters that XML can't hold"
        raise DataError(ascii(str(annotation.image)), what, "Rename the image.") from error
    _add(_add(root, "source"), "database", "Unknown")
    size = _add(root, "size")
    for field, value in (("width", annotation.width), ("height", annotation.height), ("depth", 3)):
        _add(size, field, str(value))
    _add(root, "segmented", "0")
    for found in annotation.objects:
        _add_object(root, found)
    etree.indent(root, space="\t")
    return etree.tostring(root, encoding="utf-8", xml_declaration=False) + b"\n"


def write_voc_xml(annotation: ImageAnnotation, path: Path) -> None:
    """Write :func:`to_voc_xml` to ``path``, atomically."""
    files.write_bytes(path, to_voc_xml(annotation))


def write_voc(annotations: Sequence[ImageAnnotation], folder: Path) -> tuple[Loss, ...]:
    """Write ``<folder>/<subfolder>/<stem>.xml`` of each image; say what XML as labelImg's can't hold.

    Raises:
        DataError: two images would share a file; or as :func:`to_voc_xml`. Nothing is written.
    """
    placed = [(path, to_voc_xml(annotation)) for annotation, path in place_beside(annotations, folder, ".xml")]
    for path, content in placed:
        files.write_bytes(path, content)
    return losses_of(count_extras(annotations, MASKS, KEYPOINTS, CROWD))


def _add_object(root: etree._Element, found: ObjectAnnotation) -> None:
    element = _add(root, "object")
    _add(element, "name", found.label)
    _add(element, "pose", found.pose)
    _add(element, "truncated", str(int(found.truncated)))
    _add(element, "difficult", str(int(found.difficult)))
    bndbox = _add(element, "bndbox")
    for field, value in zip(("xmin", "ymin", "xmax", "ymax"), found.box.xyxy, strict=True):
        _add(bndbox, field, str(int(value)) if float(value).is_integer() else repr(float(value)))


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, name)
    child.text = text
    return child

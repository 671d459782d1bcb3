"""Reads labelImg's Pascal VOC XML.

::

    <annotation>
        <filename>tray_001.jpg</filename>           the image, beside the XML or in the folder of the images
        <path>/home/someone/tray_001.jpg</path>     another machine's: never used
        <size> <width>640</width> <height>480</height> <depth>3</depth> </size>
        <object>
            <name>bagel</name>
            <pose>Unspecified</pose> <truncated>0</truncated> <difficult>0</difficult>
            <bndbox> <xmin>81</xmin> <ymin>88</ymin> <xmax>522</xmax> <ymax>408</ymax> </bndbox>
        </object>
    </annotation>

Coordinates are taken as they stand. The first Pascal VOC sets counted pixels from 1, labelImg does so in parts, and the
OD API's ``create_pascal_tf_record`` divides them by width and height without subtracting: so do we, with equal results.

The files are strangers' input: no entity is expanded, no network is used, a DOCTYPE is refused.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any, NoReturn

from lxml import etree

from tfodkit.annotations.image_folder import ImageFolder
from tfodkit.annotations.values import (
    UNSPECIFIED,
    ImageAnnotation,
    LeftOut,
    ObjectAnnotation,
    Reading,
    label_problem,
)
from tfodkit.boxes import Box
from tfodkit.errors import DataError, Problem

MAX_XML_BYTES = 16 << 20
MAX_SIDE = (1 << 31) - 1
"""Pixels; PNG's own limit, above JPEG's."""
ZERO_SIZE = "boxes of zero size"

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_LXML_PLACE = re.compile(r",? line \d+, column \d+.*")
_LABEL_AGAIN = "Label the image again with labelImg, or correct the file in a text editor."
_FIX_BOX = "Fix the box in labelImg."
_FLAGS = {"": False, "0": False, "1": True}


def read_voc_xml(path: Path, images: ImageFolder) -> Reading:
    """The annotation in ``path`` and its image in ``images``; every problem of the file in ``problems``.

    Boxes without width or height are left out, and named in ``left_out``. Labels lose white space at their ends.
    """
    try:
        root = _root(path)
    except DataError as error:
        return Reading(problems=error.problems)
    return _VocFile(path, root).reading(images)


def _root(path: Path) -> etree._Element:
    try:
        if (size := path.stat().st_size) > MAX_XML_BYTES:
            raise DataError(str(path), f"{size} bytes are too many for an annotation", _LABEL_AGAIN)
        root = etree.fromstring(path.read_bytes(), _parser())
    except OSError as error:
        raise DataError(str(path), f"the file can't be read: {error.strerror}", "Check the file.") from error
    except etree.XMLSyntaxError as error:
        what = f"not well-formed XML: {_LXML_PLACE.sub('', error.msg or 'empty')}"
        raise DataError(f"{path}:{error.lineno or 1}", what, _LABEL_AGAIN) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise DataError(str(path), "the XML has a DOCTYPE, which annotations have no use for", "Remove it.")
    if root.tag != "annotation":
        what = f"the outermost element is <{root.tag}>, not <annotation>"
        raise DataError(f"{path}:{root.sourceline}", what, "Pass Pascal VOC XML, as labelImg writes it.")
    return root


def _parser() -> etree.XMLParser:
    # One for each file: lxml's parsers keep state after an error.
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )


class _UnusableError(Exception):
    """What is being read has a problem that has been noted; go on with the next."""


class _VocFile:
    """One file on its way to an ImageAnnotation, with the problems found so far."""

    def __init__(self, path: Path, root: etree._Element) -> None:
        self.path = path
        self.root = root
        self.problems: list[Problem] = []
        self.left_out: list[LeftOut] = []

    def reading(self, images: ImageFolder) -> Reading:
        """The outcome; an annotation in it only where nothing was wrong."""
        image = self._attempt_image(images)
        size = self._attempt_size()
        objects = self._objects(size)
        annotations: tuple[ImageAnnotation, ...] = ()
        if image and size and not self.problems:
            annotations = (ImageAnnotation(image, *size, objects, self.path),)
        return Reading(annotations, tuple(self.problems), tuple(self.left_out))

    def _attempt_image(self, images: ImageFolder) -> Path | None:
        element = self.root.find("filename")
        filename = _text(element)
        try:
            return images.find(filename, stem=self.path.stem)
        except LookupError as error:
            self._note(element, f"<filename>: {error.args[0]}", "Put the image there, or pass its folder.")
        except ValueError as error:
            self._note(element, f"<filename>: {error}", "Write the image's plain file name.")
        return None

    def _attempt_size(self) -> tuple[int, int] | None:
        try:
            size = self._child(self.root, "size", "the annotation")
            return self._pixels(size, "width"), self._pixels(size, "height")
        except _UnusableError:
            return None

    def _objects(self, size: tuple[int, int] | None) -> tuple[ObjectAnnotation, ...]:
        objects = []
        for number, element in enumerate(self.root.findall("object"), start=1):
            try:
                found = self._object(element, number, size)
            except _UnusableError:
                continue
            if found:
                objects.append(found)
        return tuple(objects)

    def _object(self, element: etree._Element, number: int, size: tuple[int, int] | None) -> ObjectAnnotation | None:
        label = _text(element.find("name"))
        title = f'object {number} "{label}"'
        if problem := label_problem(label):
            self._refuse(element, f"object {number}: <name> can't name a class: {problem}", "Name the object.")
        pose = _text(element.find("pose")) or UNSPECIFIED
        if problem := label_problem(pose):
            self._refuse(element.find("pose"), f"{title}: <pose> is no name: {problem}", _LABEL_AGAIN)
        bndbox = self._child(element, "bndbox", title)
        box = Box(*(self._number(bndbox, field, title) for field in ("xmin", "ymin", "xmax", "ymax")))
        self._check_box(bndbox, box, size, title)
        difficult, truncated = (self._flag(element, field, title) for field in ("difficult", "truncated"))
        if box.is_empty:
            self.left_out.append(LeftOut(ZERO_SIZE, self.path, _line(bndbox), title))
            return None
        return ObjectAnnotation(label, box, difficult, truncated, pose)

    def _check_box(self, bndbox: etree._Element, box: Box, size: tuple[int, int] | None, title: str) -> None:
        width, height = size or (math.inf, math.inf)
        faults = [
            ("xmin", box.xmin < 0, f"xmin {box.xmin:g} < 0"),
            ("ymin", box.ymin < 0, f"ymin {box.ymin:g} < 0"),
            ("xmax", box.xmax > width, f"xmax {box.xmax:g} > width {width:g}"),
            ("ymax", box.ymax > height, f"ymax {box.ymax:g} > height {height:g}"),
            ("xmin", box.width < 0, f"xmin {box.xmin:g} > xmax {box.xmax:g}"),
            ("ymin", box.height < 0, f"ymin {box.ymin:g} > ymax {box.ymax:g}"),
        ]
        found = [(field, what) for field, is_wrong, what in faults if is_wrong]
        for field, what in found:
            self._note(bndbox.find(field), f"{title}: {what}", _FIX_BOX)
        if found:
            raise _UnusableError

    def _pixels(self, size: etree._Element, field: str) -> int:
        value = self._number(size, field, "<size>")
        if not 1 <= value <= MAX_SIDE or not value.is_integer():
            what = f"<size>: {field} must be a whole number of pixels, but got {value:g}"
            self._refuse(size.find(field), what, _LABEL_AGAIN)
        return int(value)

    def _number(self, parent: etree._Element, field: str, title: str) -> float:
        element = self._child(parent, field, title)
        text = _text(element)
        value = float(text) if _NUMBER.fullmatch(text) else math.nan
        if not math.isfinite(value):
            self._refuse(element, f"{title}: {field} must be a finite number, but got {text!r:.40}", _LABEL_AGAIN)
        return value

    def _flag(self, element: etree._Element, field: str, title: str) -> bool:
        text = _text(element.find(field))
        if text not in _FLAGS:
            self._refuse(element.find(field), f"{title}: {field} must be 0 or 1, but got {text!r:.40}", _LABEL_AGAIN)
        return _FLAGS[text]

    def _child(self, parent: etree._Element, field: str, title: str) -> etree._Element:
        child = parent.find(field)
        if child is None:
            self._refuse(parent, f"{title} has no <{field}>", _LABEL_AGAIN)
        return child

    def _refuse(self, element: etree._Element | None, what: str, remedy: str) -> NoReturn:
        self._note(element, what, remedy)
        raise _UnusableError

    def _note(self, element: etree._Element | None, what: str, remedy: str) -> None:
        line = _line(self.root if element is None else element)
        self.problems.append(Problem(f"{self.path}:{line}", what, remedy))


def _line(element: etree._Element) -> int:
    line: Any = element.sourceline  # mis-typed in the stubs
    return int(line)


def _text(element: etree._Element | None) -> str:
    return "" if element is None or element.text is None else element.text.strip()

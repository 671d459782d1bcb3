"""Reads Pascal VOC XML, as labelImg writes it and as the VOC devkits have it.

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
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lxml import etree

from tfodkit.annotations.drafts import ImageDraft, ObjectDraft, Reading
from tfodkit.annotations.rules import (
    ANNOTATION_TOO_LARGE,
    ANNOTATION_UNREADABLE,
    DECIMAL_COMMA,
    ENTITIES,
    FIELD_INVALID,
    FIELD_MISSING,
    NOT_AN_ANNOTATION,
    NOT_WELL_FORMED,
)
from tfodkit.annotations.values import UNSPECIFIED, label_problem
from tfodkit.findings import Finding, Rule
from tfodkit.images.index import ImageIndex, NoImageError

MAX_XML_BYTES = 16 << 20
MASK_FOLDER = "SegmentationObject"
"""Of a devkit, beside the folder of the images: the instances of each image in a PNG of the XML's name."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(nan|inf|infinity)", re.ASCII | re.IGNORECASE)
_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_LXML_PLACE = re.compile(r"\s*,? line \d+, column \d+.*")
_FLAGS = {"": False, "0": False, "1": True}
_SIDES = ("xmin", "ymin", "xmax", "ymax")


def read_voc(root: Path, paths: Sequence[Path], images: ImageIndex) -> Iterator[Reading]:
    """What each XML file in ``paths`` says, and the image in ``images`` that it is about; one reading a file.

    ``root`` is the folder that the files lie below: an image in the same subfolder goes before others of its name.
    """
    mask_folder = images.folder.parent / MASK_FOLDER
    has_masks = mask_folder.is_dir()
    subfolders: dict[Path, str] = {}
    for path in paths:
        parent = path.parent
        if parent not in subfolders:
            subfolders[parent] = "" if parent == root else parent.relative_to(root).as_posix()
        reading = read_voc_xml(path, images, subfolder=subfolders[parent])
        png = mask_folder / f"{path.stem}.png"
        yield _with_masks(reading, png) if has_masks and png.is_file() else reading


def read_voc_xml(path: Path, images: ImageIndex, *, subfolder: str = "") -> Reading:
    """What the file says; no draft where it is no annotation, or its image can't be told."""
    file = _VocFile(path)
    try:
        return file.reading(_root(path), images, subfolder)
    except _FaultError as fault:
        file.note(fault.rule, fault.what, line=fault.line)
        return Reading((), tuple(file.findings), _image_by_stem(path, images, subfolder))


def _with_masks(reading: Reading, png: Path) -> Reading:
    """The reading of one file, its objects with their instances in a devkit's ``SegmentationObject``."""
    from tfodkit.annotations.voc_masks import instance_masks

    drafts, findings = [], list(reading.findings)
    for draft in reading.drafts:
        size = draft.size and all(map(math.isfinite, draft.size)) and (int(draft.size[0]), int(draft.size[1]))
        masks, faults = instance_masks(png, [item.xyxy for item in draft.objects], size=size or None)
        objects = (replace(item, mask=mask) for item, mask in zip(draft.objects, masks, strict=True))
        drafts.append(replace(draft, objects=tuple(objects)))
        findings += faults
    return Reading(tuple(drafts), tuple(findings), reading.unreadable)


def _image_by_stem(path: Path, images: ImageIndex, subfolder: str) -> tuple[str, ...]:
    try:
        return (images.name_of(images.find("", stem=path.stem, subfolder=subfolder)),)
    except NoImageError:
        return ()


class _FaultError(Exception):
    """The whole file, or the object that is being read, can't be used."""

    def __init__(self, rule: Rule, what: str, line: int | None = None) -> None:
        super().__init__(rule, what)
        self.rule = rule
        self.what = what
        self.line = line


def _root(path: Path) -> etree._Element:
    try:
        if (size := path.stat().st_size) > MAX_XML_BYTES:
            raise _FaultError(ANNOTATION_TOO_LARGE, f"{size} bytes are too many for an annotation")
        root = etree.fromstring(path.read_bytes(), _parser())
    except OSError as error:
        raise _FaultError(ANNOTATION_UNREADABLE, f"the file can't be read: {error.strerror}") from error
    except etree.XMLSyntaxError as error:
        what = f"not well-formed XML: {_LXML_PLACE.sub('', error.msg or 'empty')}"
        raise _FaultError(NOT_WELL_FORMED, what, error.lineno or 1) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise _FaultError(ENTITIES, "the XML has a DOCTYPE")
    if root.tag != "annotation":
        what = f"the outermost element is <{root.tag}>, not <annotation>"
        raise _FaultError(NOT_AN_ANNOTATION, what, _line(root))
    return root


def _parser() -> etree.XMLParser:
    # One for each file: lxml's parsers keep state after an error.
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )


class _VocFile:
    """One file on its way to a draft, with what was found so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.findings: list[Finding] = []

    def note(self, rule: Rule, what: str, *, line: int | None, subject: str = "") -> None:
        self.findings.append(Finding(rule, self.path, what, line, subject))

    def reading(self, root: etree._Element, images: ImageIndex, subfolder: str) -> Reading:
        """The draft of a file that is an annotation; raises :class:`_FaultError` where it has no image."""
        filename = root.find("filename")
        objects = tuple(self._objects(root))
        try:
            image = images.find(_text(filename), stem=self.path.stem, subfolder=subfolder)
        except NoImageError as error:
            line = _line(root if filename is None else filename)
            raise _FaultError(error.rule, f"<filename>: {error.what}", line) from error
        size = root.find("size")
        draft = ImageDraft(
            image=image,
            name=images.name_of(image),
            source=self.path,
            objects=objects,
            size=(_pixels(size, "width"), _pixels(size, "height")),
            line=_line(root if size is None else size),
        )
        return Reading((draft,), tuple(self.findings))

    def _objects(self, root: etree._Element) -> Iterator[ObjectDraft]:
        for number, element in enumerate(root.findall("object"), start=1):
            label = element.findtext("name") or ""
            try:
                yield _object(element, number, label)
            except _FaultError as fault:
                self.note(fault.rule, fault.what, line=fault.line, subject=f'object {number} "{label.strip()}"')


def _object(element: etree._Element, number: int, label: str) -> ObjectDraft:
    bndbox = _child(element, "bndbox")
    xmin, ymin, xmax, ymax = (_number(_child(bndbox, side), side) for side in _SIDES)
    pose = _text(element.find("pose")) or UNSPECIFIED
    if problem := label_problem(pose):
        raise _fault(FIELD_INVALID, element.find("pose"), f"<pose> is no name: {problem}")
    difficult, truncated = (_flag(element, field) for field in ("difficult", "truncated"))
    return ObjectDraft(number, label, (xmin, ymin, xmax, ymax), _line(bndbox), difficult, truncated, pose)


def _child(parent: etree._Element, field: str) -> etree._Element:
    child = parent.find(field)
    if child is None:
        raise _FaultError(FIELD_MISSING, f"there is no <{field}>", _line(parent))
    return child


def _number(element: etree._Element, field: str) -> float:
    text = _text(element)
    if _NUMBER.fullmatch(text):
        return float(text)
    rule = DECIMAL_COMMA if _COMMA.fullmatch(text) else FIELD_INVALID
    raise _fault(rule, element, f"{field} must be a number, but got {text!r:.40}")


def _flag(element: etree._Element, field: str) -> bool:
    text = _text(element.find(field))
    if text not in _FLAGS:
        raise _fault(FIELD_INVALID, element.find(field), f"{field} must be 0 or 1, but got {text!r:.40}")
    return _FLAGS[text]


def _fault(rule: Rule, element: etree._Element | None, what: str) -> _FaultError:
    return _FaultError(rule, what, None if element is None else _line(element))


def _pixels(size: etree._Element | None, field: str) -> float:
    """The width or height as stated; nan where nothing that reads as a number is stated."""
    text = _text(None if size is None else size.find(field))
    return float(text) if _NUMBER.fullmatch(text) else math.nan


def _line(element: etree._Element) -> int:
    line: Any = element.sourceline  # mis-typed in the stubs
    return int(line)


def _text(element: etree._Element | None) -> str:
    return "" if element is None or element.text is None else element.text.strip()

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
        </object>                                   or, as roLabelImg writes turned boxes, in pixels and radians:
        <object>
            <name>tray</name>
            <robndbox> <cx>300.5</cx> <cy>240</cy> <w>120</w> <h>60</h> <angle>0.52</angle> </robndbox>
        </object>
    </annotation>

Coordinates are taken as they stand. The first Pascal VOC sets counted pixels from 1, labelImg does so in parts, and the
OD API's ``create_pascal_tf_record`` divides them by width and height without subtracting: so do we, with equal results.

The files are strangers' input: no entity is expanded, no network is used, a DOCTYPE is refused.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lxml import etree

from tfodkit.annotations.drafts import ImageDraft, ObjectDraft, Reading
from tfodkit.annotations.faults import FaultError
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
from tfodkit.boxes import OrientedBox
from tfodkit.findings import Finding, Rule
from tfodkit.images.index import ImageIndex, NoImageError

MAX_XML_BYTES = 16 << 20
MASK_FOLDER = "SegmentationObject"
"""Of a devkit, beside the folder of the images: the instances of each image in a PNG of the XML's name."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(nan|inf|infinity)", re.ASCII | re.IGNORECASE)
_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_LXML_PLACE = re.compile(r"\s*,? line \d+, column \d+.*")
_FLAGS = {"": False, "0": False, "1": True}


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
    except FaultError as fault:
        file.note(fault.rule, fault.what, line=fault.line)
        return Reading((), tuple(file.findings), _image_by_stem(path, images, subfolder), tuple(file.strays))


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
    return replace(reading, drafts=tuple(drafts), findings=tuple(findings))


def _image_by_stem(path: Path, images: ImageIndex, subfolder: str) -> tuple[str, ...]:
    try:
        return (images.name_of(images.find("", stem=path.stem, subfolder=subfolder)),)
    except NoImageError:
        return ()


def _root(path: Path) -> etree._Element:
    try:
        root = etree.fromstring(_content(path), _parser())
    except OSError as error:
        raise FaultError(ANNOTATION_UNREADABLE, f"the file can't be read: {error.strerror}") from error
    except etree.XMLSyntaxError as error:
        what = f"not well-formed XML: {_LXML_PLACE.sub('', error.msg or 'empty')}"
        raise FaultError(NOT_WELL_FORMED, what, error.lineno or 1) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise FaultError(ENTITIES, "the XML has a DOCTYPE")
    if root.tag != "annotation":
        what = f"the outermost element is <{root.tag}>, not <annotation>"
        raise FaultError(NOT_AN_ANNOTATION, what, _line(root))
    return root


def _content(path: Path) -> bytes:
    with path.open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        if size > MAX_XML_BYTES:
            raise FaultError(ANNOTATION_TOO_LARGE, f"{size} bytes are too many for an annotation")
        return file.read()


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
        self.strays: list[tuple[str, Rule]] = []

    def note(self, rule: Rule, what: str, *, line: int | None, subject: str = "") -> None:
        self.findings.append(Finding(rule, self.path, what, line, subject))

    def reading(self, root: etree._Element, images: ImageIndex, subfolder: str) -> Reading:
        """The draft of a file that is an annotation; raises :class:`FaultError` where it has no image."""
        parts = _Parts(root)
        objects = tuple(self._objects(root))
        try:
            image = images.find(parts.text("filename"), stem=self.path.stem, subfolder=subfolder)
        except NoImageError as error:
            self.strays = [(found.label.strip(), error.rule) for found in objects]
            raise FaultError(error.rule, f"<filename>: {error.what}", parts.line("filename")) from error
        size = parts.get("size")
        draft = ImageDraft(
            image=image,
            name=images.name_of(image),
            source=self.path,
            objects=objects,
            size=(math.nan, math.nan) if size is None else _Parts(size).pixels("width", "height"),
            line=parts.line("size"),
        )
        return Reading((draft,), tuple(self.findings))

    def _objects(self, root: etree._Element) -> Iterator[ObjectDraft]:
        for number, element in enumerate(root.iterchildren("object"), start=1):
            parts = _Parts(element)
            label = parts.raw("name")
            try:
                yield _object(parts, number, label)
            except FaultError as fault:
                self.note(fault.rule, fault.what, line=fault.line, subject=f'object {number} "{label.strip()}"')


def _object(parts: _Parts, number: int, label: str) -> ObjectDraft:
    bndbox, oriented = parts.get("bndbox"), None
    if bndbox is not None:
        sides = _Parts(bndbox)
        xyxy = (sides.number("xmin"), sides.number("ymin"), sides.number("xmax"), sides.number("ymax"))
    else:
        oriented = _oriented(parts)
        xyxy = oriented.enclosing.xyxy
    pose = parts.text("pose") or UNSPECIFIED
    if problem := label_problem(pose):
        raise FaultError(FIELD_INVALID, f"<pose> is no name: {problem}", parts.line("pose"))
    difficult, truncated = parts.flag("difficult"), parts.flag("truncated")
    line = parts.line("bndbox" if oriented is None else "robndbox")
    return ObjectDraft(number, label, xyxy, line, difficult, truncated, pose, oriented=oriented)


def _oriented(parts: _Parts) -> OrientedBox:
    robndbox = parts.get("robndbox")
    if robndbox is None:
        raise FaultError(FIELD_MISSING, "there is no <bndbox>", parts.line("bndbox"))
    sides = _Parts(robndbox)
    try:
        return OrientedBox(*(sides.number(name) for name in ("cx", "cy", "w", "h", "angle")))
    except ValueError as error:
        raise FaultError(FIELD_INVALID, f"<robndbox>: {error}", parts.line("robndbox")) from error


class _Parts:
    """The children of an element by name, of several the first; walked once, which is faster than looking for each."""

    __slots__ = ("_element", "_parts")

    def __init__(self, element: etree._Element) -> None:
        self._element = element
        self._parts: dict[str, etree._Element] = {}
        for child in element:
            self._parts.setdefault(child.tag, child)

    def get(self, name: str) -> etree._Element | None:
        return self._parts.get(name)

    def line(self, name: str) -> int:
        """Of the child, or of the element where there is none."""
        return _line(self._parts.get(name, self._element))

    def raw(self, name: str) -> str:
        """The child's text as it stands; blank where there is none."""
        child = self._parts.get(name)
        return "" if child is None else child.text or ""

    def text(self, name: str) -> str:
        """The child's text without white space at its ends."""
        return self.raw(name).strip()

    def number(self, name: str) -> float:
        """A number, perhaps no finite one; :class:`FaultError` for anything else."""
        text = self.text(name)
        if _NUMBER.fullmatch(text):
            return float(text)
        if name not in self._parts:
            raise FaultError(FIELD_MISSING, f"there is no <{name}>", _line(self._element))
        rule = DECIMAL_COMMA if _COMMA.fullmatch(text) else FIELD_INVALID
        raise FaultError(rule, f"{name} must be a number, but got {text!r:.40}", self.line(name))

    def flag(self, name: str) -> bool:
        """0, 1 or nothing, which is 0; :class:`FaultError` for anything else."""
        text = self.text(name)
        if text not in _FLAGS:
            what = f"{name} must be 0 or 1, but got {text!r:.40}"
            raise FaultError(FIELD_INVALID, what, self.line(name))
        return _FLAGS[text]

    def pixels(self, *names: str) -> tuple[float, float]:
        """Width and height as stated; nan where nothing that reads as a number is stated."""
        width, height = (float(text) if _NUMBER.fullmatch(text := self.text(name)) else math.nan for name in names)
        return width, height


def _line(element: etree._Element) -> int:
    line: Any = element.sourceline  # mis-typed in the stubs
    return int(line)

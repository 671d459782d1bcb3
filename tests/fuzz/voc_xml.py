"""Mutations of labelImg's XML."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random
from xml.sax.saxutils import escape

from fuzz import any_bytes
from fuzz.strange_values import LABELS, NAMES, NUMBERS

Mutation = Callable[[str, Random], str]

NUMBER_FIELDS = ("width", "height", "depth", "xmin", "ymin", "xmax", "ymax", "difficult", "truncated", "segmented")
FIELDS = (
    *(*NUMBER_FIELDS, "annotation", "object", "name", "filename", "path", "folder", "size", "bndbox", "pose", "source"),
)
ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "latin-1", "cp1250", "utf-8-sig", "utf-7", "cp037", "shift_jis")
DECLARED = (
    *("utf-16", "latin-1", "ascii", "cp1252", "utf-7", "klingon", "", "utf8", "UCS-4", "EBCDIC-CP-US", "UTF-8\x00"),
)
RAW = (
    *("\0", "\x0b", "\x7f", "\ud800", "\ufffe", "&#0;", "&#xD800;", "&#x110000;", "&lt;", "&undefined;", "&", "<", ">"),
    "]]>",
)
LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
DOCTYPES = (
    f'<!DOCTYPE annotation [<!ENTITY l0 "lol">{LAUGHS}<!ENTITY e "&l9;">]>',
    f'<!DOCTYPE annotation [<!ENTITY e "{"A" * 100_000}">]>',
    '<!DOCTYPE annotation [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE annotation [<!ENTITY e SYSTEM "file:///dev/zero">]>',
    '<!DOCTYPE annotation [<!ENTITY e SYSTEM "http://127.0.0.1:9/">]>',
    '<!DOCTYPE annotation [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;<!ENTITY e "x">]>',
    '<!DOCTYPE annotation [<!ENTITY e "&e;">]>',
    '<!DOCTYPE annotation SYSTEM "http://127.0.0.1:9/x.dtd">',
    '<!DOCTYPE annotation PUBLIC "-//W3C//DTD XHTML 1.0//EN" "file:///etc/passwd">',
    "<!DOCTYPE annotation>",
)
OTHER_KINDS = (
    *("{}", "[]", "null", "hello", "\n", "<html></html>", "<annotation/>", '<?xml version="1.0"?>', "<a><b></a>"),
    "0 0.5 0.5 1 1",
)
DEPTHS = (10, 255, 257, 5000, 100_000)


def sound_xml(image: str, *objects: tuple[str, tuple[float, float, float, float]]) -> str:
    """What labelImg writes about a picture of 40 x 30 pixels."""
    written = "".join(_object(label, xyxy) for label, xyxy in objects)
    return (
        f"<annotation>\n\t<folder>set</folder>\n\t<filename>{image}</filename>\n\t<path>/home/me/set/{image}</path>\n"
        "\t<source>\n\t\t<database>Unknown</database>\n\t</source>\n\t<size>\n\t\t<width>40</width>\n"
        "\t\t<height>30</height>\n\t\t<depth>3</depth>\n\t</size>\n\t<segmented>0</segmented>\n"
        f"{written}</annotation>\n"
    )


def _object(label: str, xyxy: tuple[float, float, float, float]) -> str:
    sides = zip(("xmin", "ymin", "xmax", "ymax"), xyxy, strict=True)
    box = "".join(f"\t\t\t<{side}>{value:g}</{side}>\n" for side, value in sides)
    return (
        f"\t<object>\n\t\t<name>{label}</name>\n\t\t<pose>Unspecified</pose>\n\t\t<truncated>0</truncated>\n"
        f"\t\t<difficult>0</difficult>\n\t\t<bndbox>\n{box}\t\t</bndbox>\n\t</object>\n"
    )


def mutate(xml: str, draw: Random) -> bytes:
    """One mutation, and now and then two more."""
    for _ in range(draw.choice((1, 1, 1, 3))):
        xml = draw.choice(MUTATIONS)(xml, draw)
    content = draw.choice(ENCODERS)(xml, draw) if draw.random() < 0.1 else xml.encode(errors="surrogatepass")
    if content and draw.random() < 0.2:
        content = draw.choice(any_bytes.MUTATIONS)(content, draw)
    return content


def strange_number(xml: str, draw: Random) -> str:
    return _set_field(xml, draw.choice(NUMBER_FIELDS), escape(draw.choice(NUMBERS)), draw)


def strange_name(xml: str, draw: Random) -> str:
    return _set_field(xml, draw.choice(("filename", "filename", "path", "folder")), escape(draw.choice(NAMES)), draw)


def strange_label(xml: str, draw: Random) -> str:
    return _set_field(xml, draw.choice(("name", "name", "pose")), escape(draw.choice(LABELS)), draw)


def raw_text(xml: str, draw: Random) -> str:
    """Characters that XML has no place for, or that mean something to it."""
    return _set_field(xml, draw.choice(FIELDS), draw.choice(RAW), draw)


def swap_fields(xml: str, draw: Random) -> str:
    one, other = draw.sample(FIELDS, 2)
    swapped = {one: other, other: one}
    return re.sub(rf"(</?)({one}|{other})>", lambda found: f"{found[1]}{swapped[found[2]]}>", xml)


def rename_field(xml: str, draw: Random) -> str:
    field = draw.choice(FIELDS)
    new = draw.choice((field.upper(), f"x:{field}", f"{field}s", "polygon", "annotations", "1x", "ž"))
    return re.sub(rf"(</?){field}>", rf"\g<1>{new}>", xml)


def remove_tag(xml: str, draw: Random) -> str:
    """One tag alone, so that the other of its pair stays."""
    tags = list(re.finditer(r"</?\w+>", xml))
    return _cut(xml, draw.choice(tags)) if tags else xml


def remove_field(xml: str, draw: Random) -> str:
    found = _field(xml, draw.choice(FIELDS[:-1]), draw)
    return _cut(xml, found) if found else xml


def double_field(xml: str, draw: Random) -> str:
    found = _field(xml, draw.choice(FIELDS), draw)
    return xml[: found.end()] + found[0] * draw.choice((1, 1, 2, 300)) + xml[found.end() :] if found else xml


def add_attribute(xml: str, draw: Random) -> str:
    what = draw.choice(
        ('a="1"', 'a="1" a="2"', 'xmlns="urn:x"', 'xmlns:x="urn:x"', "a=1", 'xml:base="file:///etc/"', 'a="<"')
    )
    return xml.replace(f"<{(field := draw.choice(FIELDS))}>", f"<{field} {what}>")


def wrap_in(xml: str, draw: Random) -> str:
    """A comment, CDATA, an instruction, or one element more inside a field."""
    found = _field(xml, draw.choice(FIELDS), draw)
    before, after = draw.choice(
        (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?php ", "?>"), ("<b>", "</b>"), ("<b/>", ""), ("", "<!-- -->"))
    )
    return xml[: found.start(2)] + before + found[2] + after + xml[found.end(2) :] if found else xml


def entities(xml: str, draw: Random) -> str:
    """Expansion, files, the network; used in some field."""
    field = draw.choice(("name", "filename", "xmin", "width"))
    return draw.choice(DOCTYPES) + _set_field(xml, field, draw.choice(("&e;", "&e;" * 1000, "40")), draw)


def nest(xml: str, draw: Random) -> str:
    depth = draw.choice(DEPTHS)
    return _set_field(xml, draw.choice(("name", "object", "annotation")), "<a>" * depth + "</a>" * depth, draw)


def inflate(xml: str, draw: Random) -> str:
    """Many objects, a long text, or a large file; slow to make."""
    kind = draw.randrange(3)
    if kind == 0:
        return xml.replace("</annotation>", _object("mug", (1, 1, 9, 9)) * 2000 + "</annotation>")
    return _set_field(xml, "name", "m" * 11_000_000, draw) if kind == 1 else xml + " " * (17 << 20)


def other_kind(xml: str, draw: Random) -> str:
    """A file that is no annotation at all."""
    return draw.choice(OTHER_KINDS)


COMMON = (strange_number, strange_number, strange_number, strange_name, strange_label)
STRUCTURAL = (raw_text, swap_fields, rename_field, remove_tag, remove_field, double_field, add_attribute, wrap_in)
MUTATIONS: tuple[Mutation, ...] = (*COMMON * 2, *STRUCTURAL, entities, entities, nest, other_kind)


def in_encoding(xml: str, draw: Random) -> bytes:
    """In an encoding, declared or not."""
    declaration = f'<?xml version="1.0" encoding="{draw.choice(ENCODINGS)}"?>\n' if draw.random() < 0.5 else ""
    return (declaration + xml.replace("mug", "žuch")).encode(draw.choice(ENCODINGS), errors="replace")


def falsely_declared(xml: str, draw: Random) -> bytes:
    version = draw.choice(("1.0", "1.0", "1.1", "2.0", ""))
    declaration = f'<?xml version="{version}" encoding="{draw.choice(DECLARED)}"?>'
    return (declaration + xml.replace("mug", "žuch")).encode(errors="replace")


ENCODERS = (in_encoding, falsely_declared)


def _field(xml: str, field: str, draw: Random) -> re.Match[str] | None:
    """One of the elements of that name; group 2 is what it holds."""
    found = list(re.finditer(rf"(<{field}>)(.*?)(</{field}>)", xml, re.DOTALL))
    return draw.choice(found) if found else None


def _set_field(xml: str, field: str, value: str, draw: Random) -> str:
    found = _field(xml, field, draw)
    return xml[: found.start(2)] + value + xml[found.end(2) :] if found else xml


def _cut(text: str, found: re.Match[str]) -> str:
    return text[: found.start()] + text[found.end() :]

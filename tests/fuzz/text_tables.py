"""Mutations of YOLO's texts, of its lists of classes, and of CSV."""

from __future__ import annotations

import re
from itertools import pairwise
from random import Random

from fuzz import any_bytes
from fuzz.strange_values import LABELS, NAMES, NUMBERS

YOLO = "0 0.3 0.5 0.4 0.6\n1 0.1 0.1 0.4 0.1 0.4 0.3 0.1 0.3\n"
CLASSES = "mug\nbagel\n"
DATA_YAML = "path: .\ntrain: images\nnames:\n  0: mug\n  1: bagel\n"
CSV = (
    "filename,width,height,class,xmin,ymin,xmax,ymax\n"
    "sound.jpg,40,30,mug,4,6,20,24\nvictim.jpg,40,30,mug,4,6,20,24\nvictim.jpg,40,30,bagel,1,1,9,9\n"
)
LAUGHS = "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in pairwise("abcdefghijklmnopqrstuvwxyz"))
# fmt: off
YAMLS = (
    f"a: &a [x, x, x, x, x, x, x, x, x]\n{LAUGHS}names: *z\n", f"a: &a [x]\n{LAUGHS}names: {{0: *z}}\n",
    "names: &n [*n]\n", "names: !!binary x\n", "",
    "names: !!python/object/apply:os.system ['true']\n", "names: {0: mug, 0: cup}\n", "names: {0: {a: b}}\n",
    "names: [[mug]]\n", "names: {-1: mug}\n", "names: {999999999999: mug}\n", "names: mug\n", "names:\n", "<<: *x\n",
    "- mug\n- bagel\n", "names: {a: mug}\n", "nc: 5\nnames: [mug, bagel]\n", "names: [no, 1]\n", "\tnames: x\n",
    "%YAML 9.9\n---\nnames: [a]\n", "names: [" + "[" * 20_000, "names: [mug, bagel]\nnames: [cup]\n",
    "? [a, b]\n: c\nnames: [mug]\n", "names: [mug]\n---\nnames: [cup]\n", "names: [mug, bagel]\npath: ../../..\n",
    "names: [mug, bagel]\npath: /etc\n", "names: [mug, bagel]\nkpt_shape: [17, 3]\n", 'names: ["\\0", b]\n',
    "names: [mug, bagel]\npath: " + "a" * 5000 + "\n", 'names: [mug, bagel]\npath: "\\0"\n',
    "names: [mug, bagel]\npath: {a: b}\n",
)
# fmt: on


def mutate(text: str, draw: Random) -> bytes:
    for _ in range(draw.choice((1, 1, 1, 4))):
        text = draw.choice((strange_field, strange_field, strange_field, move_separator, change_lines))(text, draw)
    encoding = draw.choice(("utf-8",) * 8 + ("utf-16", "utf-8-sig", "latin-1", "utf-32"))
    written = text.encode(encoding, errors="replace")
    return draw.choice(any_bytes.MUTATIONS)(written, draw) if written and draw.random() < 0.25 else written


def strange_field(text: str, draw: Random) -> str:
    fields = list(re.finditer(r"[^\s,;]+", text))
    if not fields:
        return text
    found = draw.choice(fields)
    values = draw.choice((NUMBERS, NUMBERS, NAMES, LABELS))
    return text[: found.start()] + draw.choice(values) + text[found.end() :]


def move_separator(text: str, draw: Random) -> str:
    """Drop one, double one, or put another in its place; or a quote."""
    found = list(re.finditer(r"[\s,]", text))
    if not found:
        return text
    place = draw.choice(found)
    new = draw.choice(
        ("", place[0] * 2, ";", "\t", "\r", "\r\n", "\0", '"', "'", "\u2028", "\u00a0", "\x1c", ",", "x" * 200_000)
    )
    return text[: place.start()] + new + text[place.end() :]


def change_lines(text: str, draw: Random) -> str:
    lines = text.splitlines(keepends=True)
    kind = draw.randrange(5)
    if kind == 0:
        draw.shuffle(lines)
    elif kind == 1 and lines:
        del lines[draw.randrange(len(lines))]
    elif kind == 2 and lines:
        lines += [draw.choice(lines)] * draw.choice((1, 2, 3000))
    elif kind == 3:
        lines.insert(
            draw.randint(0, len(lines)), draw.choice(("\n", "#\n", "0\n", "0 0.5 0.5\n", "mug\n", "-1 .5 .5 .1 .1\n"))
        )
    else:
        lines = [line.rstrip("\n") + draw.choice(("\r\n", "\r", " \n")) for line in lines]
    return "".join(lines)

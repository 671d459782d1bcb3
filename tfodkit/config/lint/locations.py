"""Where in a config's text each field stands: the parser of protobuf keeps no positions of what it accepts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(r"""#[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|[\w.+-]+|\S""")
_INDEXED = re.compile(r"\[\d+\]$")
_OPEN, _CLOSE, _QUOTES = "{<", "}>", "\"'"


class Locations:
    r"""Lines of fields by their paths, such as ``train_config.data_augmentation_options[1].random_crop_image``.

    An index counts the entries of a repeated field from 0, and may be left out for the first. Text that does not parse
    gives whatever could be made of it, and no error.

    >>> Locations('model {\n  ssd { num_classes: 2 }\n}').line("model.ssd.num_classes")
    2
    """

    def __init__(self, text: str) -> None:
        self._lines = _lines(text)

    def line(self, path: str) -> int | None:
        """The line, from 1, of the field's name; where it is not written, of the nearest part around it that is."""
        parts = [part if _INDEXED.search(part) else f"{part}[0]" for part in path.split(".")] if path else []
        while parts:
            if (line := self._lines.get(".".join(parts))) is not None:
                return line
            parts.pop()
        return None


@dataclass(slots=True)
class _Scope:
    """A message, or the whole text, while its fields are read."""

    path: str
    counts: Counter[str] = field(default_factory=Counter)
    name: str = ""
    """The field whose value comes next; blank between fields."""
    line: int = 0
    in_list: bool = False
    expects_entry: bool = True
    """False behind a list's entry until its comma: strings that stand side by side are one value."""

    def begin(self, name: str, line: int) -> None:
        self.name, self.line, self.expects_entry = name, line, True

    def entry(self, line: int) -> tuple[str, int]:
        """The path and line of the value that comes now."""
        path = f"{self.path}{self.name}[{self.counts[self.name]}]"
        self.counts[self.name] += 1
        found = path, line if self.in_list else self.line
        if self.in_list:
            self.expects_entry = False
        else:
            self.name = ""
        return found


def _lines(text: str) -> dict[str, int]:
    lines: dict[str, int] = {}
    scopes = [_Scope("")]
    for token, line in _tokens(text):
        scope = scopes[-1]
        if token in _OPEN and scope.name:
            path, start = scope.entry(line)
            lines[path] = start
            scopes.append(_Scope(f"{path}."))
        elif token in _CLOSE:
            scopes = scopes[:-1] or [_Scope("")]
        elif token in "[]":
            scope.in_list = token == "[" and bool(scope.name)
            if token == "]":
                scope.name = ""
        elif token == ",":
            scope.expects_entry = True
        elif token not in ":;-":
            _take_word(scope, token, line, lines)
    return lines


def _take_word(scope: _Scope, token: str, line: int, lines: dict[str, int]) -> None:
    """A field's name, or its value."""
    if scope.name:
        if scope.expects_entry:
            path, start = scope.entry(line)
            lines[path] = start
    elif token[0] not in _QUOTES:
        scope.begin(token, line)


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    """Each token with its line, comments left out."""
    line, end = 1, 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", end, match.start())
        end = match.start()
        if not match[0].startswith("#"):
            yield match[0], line

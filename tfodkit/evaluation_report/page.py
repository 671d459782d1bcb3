"""The page: the template, filled. Everything in it is escaped; nothing in it is fetched."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tfodkit.evaluation_report.names import shortened
from tfodkit.wording import figure, percent, score

TEMPLATES = Path(__file__).parent / "page"


def render(values: Mapping[str, Any]) -> str:
    """The page out of ``page/report.html.j2`` and what it names."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(figure=figure, percent=percent, score=score, count="{:,}".format, brief=shortened)
    script = (TEMPLATES / "sorting.js").read_text(encoding="utf-8")
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    # both are ours; of all scripts the browser runs this one alone, whatever else got into the page
    own = {"script": Markup(script), "style": Markup(style), "script_hash": _hash(script)}
    return environment.get_template("report.html.j2").render({**values, **own})


def data_uri(picture: bytes) -> str:
    """A JPEG as an address that holds the picture itself."""
    return f"data:image/jpeg;base64,{base64.b64encode(picture).decode('ascii')}"


def _hash(script: str) -> str:
    """As a Content-Security-Policy names a script (W3C, CSP level 3)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode('ascii')}"

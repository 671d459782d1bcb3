"""Finds the ready-made files, ``templates/`` and ``label_maps/``, in an installed wheel or in a checkout."""

from __future__ import annotations

from pathlib import Path

from tfodkit.errors import SetupError


def folder(name: str) -> Path:
    """The folder ``templates`` or ``label_maps``: inside the package (wheel), else beside it (checkout)."""
    package = Path(__file__).parent
    for candidate in (package / name, package.parent / name):
        if candidate.is_dir():
            return candidate
    raise SetupError(
        str(package), f"the folder {name!r} is missing", "Reinstall tfodkit: pip install --force-reinstall tfodkit."
    )

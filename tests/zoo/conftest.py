from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from zoo_builders import ARCHIVE, Zoo, make_archive, serving

from tfodkit.zoo import connection, download


@pytest.fixture(autouse=True)
def _alone_and_in_no_hurry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No proxy and no cache of the machine's; attempts follow each other at once."""
    for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "TFODKIT_ZOO_MIRROR", "TFODKIT_CACHE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setattr(download, "SECONDS_TO_NEXT", (0.0,) * 4)
    monkeypatch.setattr(connection, "TIMEOUT_SECONDS", 0.5)


@pytest.fixture
def zoo() -> Iterator[Zoo]:
    """A server with one model's archive."""
    with serving(Zoo({ARCHIVE: make_archive()})) as served:
        yield served

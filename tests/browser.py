"""A real browser without a window, for pages that have to be looked at: chromium by way of its WebDriver."""

from __future__ import annotations

import base64
import contextlib
import json
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CHROMIUM, DRIVER = "/usr/bin/chromium", shutil.which("chromedriver")
IS_HERE = DRIVER is not None and Path(CHROMIUM).is_file()
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


class Browser:
    """One page at a time, of any width; ``driver`` speaks W3C WebDriver and passes DevTools' commands on."""

    def __init__(self, session: str) -> None:
        self._session = session

    def resize(self, width: int, *, dark: bool = False, height: int = 900) -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.devtools("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.devtools("Emulation.setEmulatedMedia", features=[scheme])

    def open(self, page: Path) -> None:
        _post(f"{self._session}/url", {"url": page.as_uri()})

    def run(self, script: str) -> Any:
        return _post(f"{self._session}/execute/sync", {"script": script, "args": []})

    def complaints(self) -> list[str]:
        """What the console has said since it was last asked: errors of scripts, refused or missing resources."""
        return [entry["message"] for entry in _post(f"{self._session}/se/log", {"type": "browser"})]

    def picture(self, *, whole: bool = True) -> bytes:
        """A PNG of the page, of its whole length."""
        answer = self.devtools("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        return base64.b64decode(answer["data"])

    def devtools(self, command: str, **parameters: Any) -> Any:
        return _post(f"{self._session}/goog/cdp/execute", {"cmd": command, "params": parameters})


@contextlib.contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """A browser with a profile folder of its own; it ends with the block."""
    assert DRIVER
    driver = subprocess.Popen([DRIVER, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    session = ""
    try:
        assert driver.stdout
        port = next(
            found[1] for line in driver.stdout if (found := re.search(r"started successfully on port (\d+)", line))
        )
        options = {"binary": CHROMIUM, "args": [*QUIET, f"--user-data-dir={profile}"]}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        root = f"http://127.0.0.1:{port}/session"
        session = f"{root}/{_post(root, {'capabilities': {'alwaysMatch': wanted}})['sessionId']}"
        yield Browser(session)
    finally:
        if session:
            _send(urllib.request.Request(session, method="DELETE"))
        driver.terminate()
        driver.wait()
        assert driver.stdout
        driver.stdout.close()


def _post(address: str, content: dict[str, Any]) -> Any:
    return _send(urllib.request.Request(address, json.dumps(content).encode(), {"Content-Type": "application/json"}))


def _send(request: urllib.request.Request) -> Any:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # the driver is on this machine
    with opener.open(request, timeout=120) as answer:
        return json.load(answer)["value"]

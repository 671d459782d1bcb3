"""One request over HTTP, and what can become of it: an answer, or one of four ways to fail."""

from __future__ import annotations

import http.client
import re
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus
from http.client import HTTPMessage
from typing import IO
from urllib.parse import urlsplit

from tfodkit import __version__
from tfodkit.errors import FetchError, UsageError

TIMEOUT_SECONDS = 30.0
"""Without a single byte, while connecting or in the middle of an answer."""
BLOCK = 1 << 18
_SCHEMES = ("https", "http")
_ABSENT = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_TEMPORARY = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
_ADDRESS = re.compile(r"[!-~]+")
_SPELLING = "Check it for blanks and foreign letters, which are written %20 and the like."
_RANGE = re.compile(r"bytes (?:(?P<first>\d+)-\d+|\*)/(?P<total>\d+|\*)")


class DroppedError(Exception):
    """The connection or the server failed in a way that passes: worth another attempt."""


class AbsentError(Exception):
    """The server answers that there is no such file."""


class RangeError(Exception):
    """The server has no bytes from the place asked for; ``total`` is how many it has, None where it does not say."""

    def __init__(self, total: int | None) -> None:
        super().__init__(total)
        self.total = total


@dataclass(frozen=True, slots=True)
class Answer:
    """A file that a server has begun to send."""

    url: str
    first: int
    """The number of the first byte that comes: 0, or more where a range was asked for and granted."""
    total: int | None
    """Bytes of the whole file, where the server says."""
    validator: str | None
    """What tells this content from another of the same address: a strong ``ETag``, else ``Last-Modified``."""
    _response: http.client.HTTPResponse

    def blocks(self) -> Iterator[bytes]:
        """The bytes from ``first`` on, as they come.

        Raises:
            DroppedError: the connection broke or fell silent. Where the server named a length, fewer bytes raise too.
        """
        left = None if self.total is None else self.total - self.first
        while True:
            with _as_dropped(self.url):
                block = self._response.read1(BLOCK)
            if not block:
                break
            left = None if left is None else left - len(block)
            yield block
        if left:
            raise DroppedError("the server ended the connection early")


@contextmanager
def answer(url: str, headers: Mapping[str, str] | None = None) -> Iterator[Answer]:
    """The answer to a GET, open until the block ends; by the proxies that the environment names.

    Raises:
        DroppedError, AbsentError, RangeError: as they say.
        FetchError: the server refuses for good, can't be trusted, or leads away from HTTP.
    """
    request = urllib.request.Request(url, headers={"User-Agent": f"tfodkit/{__version__}", **(headers or {})})
    with _opened(request) as response:
        yield _answer(url, response)


def checked_url(url: str) -> str:
    """``url``, without a slash at its end.

    Raises:
        UsageError: it is no address of HTTP.
    """
    try:
        parts = urlsplit(url)
        is_fine = parts.scheme in _SCHEMES and parts.hostname and parts.port != 0 and _ADDRESS.fullmatch(url)
    except ValueError:  # brackets that don't match, a port that is no number
        is_fine = False
    if not is_fine:
        raise UsageError(f"--mirror {url}", "must be an address such as https://host/path, or a folder", _SPELLING)
    return url.rstrip("/")


@contextmanager
def _opened(request: urllib.request.Request) -> Iterator[http.client.HTTPResponse]:
    try:
        with _as_dropped(request.full_url):
            response = _opener().open(request, timeout=TIMEOUT_SECONDS)
    except urllib.error.HTTPError as error:
        with error:
            raise _refused(request, error) from error
    with response:
        yield response


def _refused(request: urllib.request.Request, error: urllib.error.HTTPError) -> Exception:
    said = _printable(f"{error.code} {error.reason}".strip())
    if error.code in _ABSENT:
        return AbsentError(said)
    if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and request.has_header("Range"):
        return RangeError(_content_range(error.headers)[1])
    if error.code in _TEMPORARY or error.code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return DroppedError(f"the server answered {said}")
    return FetchError(request.full_url, f"the server answered {said}", "Check the address, or pass another --mirror.")


def _answer(url: str, response: http.client.HTTPResponse) -> Answer:
    headers = response.headers
    first, total = 0, _number(headers.get("Content-Length"))
    if response.status == HTTPStatus.PARTIAL_CONTENT:
        granted, total = _content_range(headers)
        if granted is None:
            raise DroppedError("the server sent a part of the file without saying which")
        first = granted
    etag = headers.get("ETag")
    strong = etag if etag and not etag.startswith("W/") else None
    return Answer(url, first, total, strong or headers.get("Last-Modified"), response)


def _content_range(headers: Message) -> tuple[int | None, int | None]:
    found = _RANGE.fullmatch(headers.get("Content-Range", ""))
    return (_number(found["first"]), _number(found["total"])) if found else (None, None)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None


class _WebOnly(urllib.request.HTTPRedirectHandler):
    """Follows a redirect to HTTP only, and never from an encrypted connection to one in the clear."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        scheme = urlsplit(newurl).scheme
        if scheme not in _SCHEMES or (req.type, scheme) == ("https", "http"):
            raise _led_astray(req.full_url, newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _led_astray(url: str, to: str) -> FetchError:
    return FetchError(url, f"the server leads to {to!r}, which is not followed", "Pass another --mirror.")


def _opener() -> urllib.request.OpenerDirector:
    """Knows HTTP alone: no files, no FTP."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        _WebOnly(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
    ):
        opener.add_handler(handler)
    return opener


@contextmanager
def _as_dropped(url: str) -> Iterator[None]:
    """What the network raises inside the block, as :class:`DroppedError`."""
    try:
        yield
    except urllib.error.HTTPError:
        raise
    except (OSError, http.client.HTTPException) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        if isinstance(reason, ssl.SSLCertVerificationError):
            what = f"the server's certificate can't be verified: {reason.verify_message}"
            remedy = "Check this machine's clock, or name your proxy's certificate in SSL_CERT_FILE."
            raise FetchError(url, what, remedy) from error
        raise DroppedError(_in_words(reason)) from error


def _in_words(reason: BaseException | str) -> str:
    if isinstance(reason, TimeoutError):
        return f"no answer for {TIMEOUT_SECONDS:g} s"
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror
    return _printable(str(reason)) or type(reason).__name__


def _printable(said: str) -> str:
    """What a server said, without the letters that move a terminal's cursor."""
    return said if said.isprintable() else repr(said)

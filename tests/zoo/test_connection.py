from __future__ import annotations

import http.client
import ssl
import urllib.error
import urllib.request
from email.message import Message

import pytest
from zoo_builders import Zoo, answer_with

from tfodkit.errors import FetchError
from tfodkit.zoo import connection
from tfodkit.zoo.connection import DroppedError, answer


def read(url: str) -> bytes:
    with answer(url) as begun:
        return b"".join(begun.blocks())


def test_the_proxy_of_the_environment_is_asked(zoo: Zoo, monkeypatch: pytest.MonkeyPatch) -> None:
    zoo.files["http://zoo.invalid/a"] = b"through the proxy"
    monkeypatch.setenv("http_proxy", zoo.url)
    monkeypatch.setenv("no_proxy", "other.invalid")
    assert read("http://zoo.invalid/a") == b"through the proxy"


def test_we_say_who_asks(zoo: Zoo) -> None:
    agents = []

    def look(_: Zoo, handler: http.server.BaseHTTPRequestHandler, __: bytes) -> bool:
        agents.append(handler.headers["User-Agent"])
        return False

    zoo.files["a"] = b"a"
    zoo.faults = [look]
    read(f"{zoo.url}/a")
    assert agents[0].startswith("tfodkit/")


@pytest.mark.parametrize(
    ("come_from", "to", "is_followed"),
    [
        ("http://host/a", "http://other/b", True),
        ("http://host/a", "https://host/a", True),
        ("https://host/a", "https://other/b", True),
        ("https://host/a", "http://host/a", False),
        ("https://host/a", "ftp://host/a", False),
    ],
)
def test_no_redirect_leaves_an_encrypted_connection(come_from: str, to: str, is_followed: bool) -> None:
    request = urllib.request.Request(come_from, headers={"Range": "bytes=7-", "If-Range": '"tag"'})
    redirect = connection._WebOnly().redirect_request
    if is_followed:
        follow = redirect(request, None, 302, "Found", Message(), to)  # type: ignore[arg-type]
        assert follow is not None
        assert (follow.full_url, follow.headers) == (to, {"Range": "bytes=7-", "If-range": '"tag"'})
    else:
        with pytest.raises(FetchError, match=f"{come_from}: the server leads to '{to}', which is not followed. Pass"):
            redirect(request, None, 302, "Found", Message(), to)  # type: ignore[arg-type]


def test_a_certificate_that_can_not_be_verified_is_final() -> None:
    fault = ssl.SSLCertVerificationError()
    fault.verify_message = "self-signed certificate"
    with (
        pytest.raises(FetchError) as caught,
        connection._as_dropped("https://host/a"),
    ):
        raise urllib.error.URLError(fault)
    assert str(caught.value) == (
        "https://host/a: the server's certificate can't be verified: self-signed certificate. "
        "Check this machine's clock, or name your proxy's certificate in SSL_CERT_FILE."
    )


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (TimeoutError("timed out"), "no answer for 0.5 s"),
        (urllib.error.URLError(TimeoutError("timed out")), "no answer for 0.5 s"),
        (urllib.error.URLError(OSError(-2, "Name or service not known")), "Name or service not known"),
        (ConnectionResetError(104, "Connection reset by peer"), "Connection reset by peer"),
        (http.client.RemoteDisconnected("Remote end closed connection"), "Remote end closed connection"),
        (http.client.IncompleteRead(b"half"), r"IncompleteRead\(4 bytes read\)"),
        (http.client.BadStatusLine("\x1b[2J"), r"'\\x1b\[2J'"),
        (urllib.error.URLError("no host given"), "no host given"),
        (ConnectionAbortedError(), "ConnectionAbortedError"),
    ],
)
def test_what_the_network_raises_is_worth_another_attempt(fault: Exception, words: str) -> None:
    with pytest.raises(DroppedError, match=f"^{words}$"), connection._as_dropped("http://host/a"):
        raise fault


def test_a_range_refused_that_was_not_asked_for_is_final(zoo: Zoo) -> None:
    zoo.files["a"] = b"a"
    zoo.faults = [answer_with(416)]
    with pytest.raises(FetchError, match="the server answered 416 "):
        read(f"{zoo.url}/a")


def test_a_part_of_an_unknown_place_is_not_taken(zoo: Zoo) -> None:
    zoo.files["a"] = b"a"
    zoo.faults = [answer_with(206), answer_with(206, Content_Range="bits 1-2/3")]
    for _ in range(2):
        with pytest.raises(DroppedError, match="the server sent a part of the file without saying which"):
            read(f"{zoo.url}/a")

"""A zoo on this machine: archives, honest and hostile, and a server that fails on demand."""

from __future__ import annotations

import hashlib
import io
import random
import tarfile
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from checkpoint_builders import write_checkpoint

NAME = "efficientdet_d0_512x512_coco17"
PUBLISHED = "efficientdet_d0_coco17_tpu-32"
ARCHIVE = f"{PUBLISHED}.tar.gz"
CONFIG = b"model { ssd { num_classes: 90 } }\n"


def _checkpoint() -> tuple[bytes, bytes]:
    """The index and the data of a small object-based checkpoint, with 300,000 bytes behind it that don't compress."""
    with tempfile.TemporaryDirectory() as folder:
        prefix = write_checkpoint(Path(folder) / "ckpt-0", {"model/_feature_extractor/weights": (1,)})
        index, data = (prefix.with_name(f"ckpt-0{end}").read_bytes() for end in (".index", ".data-00000-of-00001"))
    return index, data + random.Random(0).randbytes(300_000)


INDEX, WEIGHTS = _checkpoint()
MODEL = {
    "pipeline.config": CONFIG,
    "checkpoint/checkpoint": b'model_checkpoint_path: "ckpt-0"\n',
    "checkpoint/ckpt-0.index": INDEX,
    "checkpoint/ckpt-0.data-00000-of-00001": WEIGHTS,
    "saved_model/saved_model.pb": b"a graph",
}
KEPT = {path for path in MODEL if not path.startswith("saved_model")}


def member(name: str, content: bytes = b"", **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    """A member of an archive; ``fields`` are those of ``TarInfo``."""
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for key, value in fields.items():
        setattr(info, key, value)
    return info, content


def make_archive(*more: tuple[tarfile.TarInfo, bytes], top: str = f"{PUBLISHED}/", **changes: bytes | None) -> bytes:
    """An archive of :data:`MODEL`; ``changes`` replace its files, or leave them out; ``more`` comes first."""
    files = {**MODEL, **{path.replace("__", "/"): content for path, content in changes.items()}}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as archive:
        for info, content in (
            *more,
            *(member(f"{top}{path}", text) for path, text in files.items() if text is not None),
        ):
            archive.addfile(info, io.BytesIO(content))
    return packed.getvalue()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@dataclass
class Zoo:
    """What the server has, and how it behaves; ``seen`` are the requests, with their ranges."""

    files: dict[str, bytes]
    url: str = ""
    etag: str | None = '"first"'
    modified: str | None = None
    faults: list[Callable[[Zoo, BaseHTTPRequestHandler, bytes], bool]] = field(default_factory=list)
    """One for each request for a file, in turn; True where it gave the whole answer. None are left: all goes well."""
    honours_ranges: bool = True
    honours_if_range: bool = True
    tells_length: bool = True
    seen: list[tuple[str, str | None]] = field(default_factory=list)

    @property
    def ranges(self) -> list[str | None]:
        """Of the requests for what is there."""
        return [asked for path, asked in self.seen if path in self.files]


@contextmanager
def serving(zoo: Zoo) -> Iterator[Zoo]:
    """The zoo behind a server on the loopback, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            path = self.path.lstrip("/")
            zoo.seen.append((path, asked))
            content = zoo.files.get(path)
            fault = zoo.faults.pop(0) if zoo.faults and content is not None else None
            if fault and content is not None and fault(zoo, self, content):
                return
            if content is None:
                self.send_error(404)
            else:
                send(zoo, self, content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    zoo.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield zoo
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def send(
    zoo: Zoo, handler: BaseHTTPRequestHandler, content: bytes, *, only: int | None = None, pause: float = 0
) -> None:
    """Answer as a good server does; ``only`` cuts the body short, and a ``pause`` comes before its second half."""
    first = 0
    asked, condition = handler.headers.get("Range"), handler.headers.get("If-Range")
    is_same = condition in (None, zoo.etag or zoo.modified) or not zoo.honours_if_range
    if asked and zoo.honours_ranges and is_same:
        first = int(asked.removeprefix("bytes=").removesuffix("-"))
    if first and first >= len(content):
        handler.send_response(416)
        handler.send_header("Content-Range", f"bytes */{len(content)}")
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return
    handler.send_response(206 if first else 200)
    if first:
        handler.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
    if zoo.tells_length:
        handler.send_header("Content-Length", str(len(content) - first))
    for name, value in (("ETag", zoo.etag), ("Last-Modified", zoo.modified)):
        if value:
            handler.send_header(name, value)
    handler.end_headers()
    body = content[first:] if only is None else content[first : first + only]
    handler.wfile.write(body[: len(body) // 2])
    handler.wfile.flush()
    if pause:
        time.sleep(pause)
    handler.wfile.write(body[len(body) // 2 :])


def drop_after(count: int) -> Callable[[Zoo, BaseHTTPRequestHandler, bytes], bool]:
    """The connection ends after ``count`` bytes of the body."""

    def fault(zoo: Zoo, handler: BaseHTTPRequestHandler, content: bytes) -> bool:
        send(zoo, handler, content, only=count)
        handler.close_connection = True
        return True

    return fault


def answer_with(status: int, **headers: str) -> Callable[[Zoo, BaseHTTPRequestHandler, bytes], bool]:
    """An answer without a body."""

    def fault(_: Zoo, handler: BaseHTTPRequestHandler, __: bytes) -> bool:
        handler.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        return True

    return fault


def change(**values: object) -> Callable[[Zoo, BaseHTTPRequestHandler, bytes], bool]:
    """The server is another from now on; the request is then answered well."""

    def fault(zoo: Zoo, handler: BaseHTTPRequestHandler, _: bytes) -> bool:
        for name, value in values.items():
            setattr(zoo, name, value)
        send(zoo, handler, zoo.files[handler.path.lstrip("/")])
        return True

    return fault

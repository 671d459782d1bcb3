"""A run directory belongs to one process at a time."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from tfodkit import atomic
from tfodkit.errors import OutputError


@contextlib.contextmanager
def sole_process(run: Path) -> Iterator[None]:
    """Have the run directory ``run``, which need not be there yet, for this process until the block ends.

    The claim is the folder ``.<name>.training`` beside it. It ends with the process, however that ends.

    Raises:
        OutputError: another process has it, or the place can't be written.
    """
    place = run.resolve()
    claim = place.with_name(f".{place.name}.training")
    with contextlib.ExitStack() as stack:
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(atomic.claimed(claim))
        except BlockingIOError as error:
            process = _holder(claim)
            what = f"another process{process} is training in this folder"
            remedy = "Wait until it has ended, end it, or give this run another folder with -o."
            raise OutputError(str(run), what, remedy) from error
        except OSError as error:
            what = f"can't be written: {error.strerror or error}"
            raise OutputError(str(run), what, "Choose another place, or make room.") from error
        (claim / atomic.LOCK).write_text(f"{os.getpid()}\n", encoding="ascii")
        yield


def _holder(claim: Path) -> str:
    with contextlib.suppress(OSError, ValueError):
        return f" (pid {int((claim / atomic.LOCK).read_text(encoding='ascii'))})"
    return ""

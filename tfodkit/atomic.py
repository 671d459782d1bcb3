"""What writing safely needs of the operating system, and Python has no function for.

Two names change places in one step; one process has a folder to itself; the disk begins to write in good time.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

LOCK = "lock"
"""The file in a claimed folder by which it is claimed."""

_CURRENT_FOLDER = -100
"""``AT_FDCWD`` of ``fcntl.h``: paths are as the process sees them."""
_EXCHANGE = 2
"""``RENAME_EXCHANGE`` of ``linux/fs.h``."""
_BEGIN_WRITING = 2
"""``SYNC_FILE_RANGE_WRITE`` of ``linux/fs.h``."""
_NOT_HERE = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})
_NO_LOCKS = _NOT_HERE | {errno.ENOLCK}


def exchange(first: Path, second: Path) -> bool:
    """Let two names of one file system change places in one step; False where the system has no such step.

    ``renameat2(2)`` with ``RENAME_EXCHANGE``, which Linux has on ext4, XFS, Btrfs, tmpfs and others. After False
    nothing has changed.

    Raises:
        OSError: the system refuses it, as it would refuse a rename.
    """
    renameat2 = _system_call("renameat2")
    if renameat2 is None:
        return False
    names = (_CURRENT_FOLDER, os.fsencode(first), _CURRENT_FOLDER, os.fsencode(second))
    if renameat2(*names, _EXCHANGE) == 0:
        return True
    if (number := ctypes.get_errno()) in _NOT_HERE:
        return False
    raise OSError(number, os.strerror(number), str(first), None, str(second))


def begin_sync(descriptor: int) -> None:
    """Let the disk begin with what was written to a file, and return at once: less is left to wait for in the end.

    ``sync_file_range(2)``, which Linux has; nothing happens where there is none.
    """
    sync_file_range = _system_call("sync_file_range")
    if sync_file_range is not None:
        sync_file_range(descriptor, 0, 0, _BEGIN_WRITING)


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Make ``folder``, or find it as a killed process left it, and have it alone until the block ends.

    The claim ends with the process, however that ends; where the file system has no locks there is none. When the block
    ends the folder is removed if nothing but the claim is in it.

    Raises:
        BlockingIOError: another process has it.
        OSError: it can't be made.
    """
    descriptor = _claim(folder)
    try:
        yield
    finally:
        (folder / LOCK).unlink(missing_ok=True)
        try:
            folder.rmdir()
        except OSError:
            pass  # not empty: the next claim finds what is left
        finally:
            os.close(descriptor)


def _claim(folder: Path) -> int:
    """The open lock file. Whoever ends a claim removes the file, so one that is no longer there claims nothing."""
    while True:
        folder.mkdir(exist_ok=True)
        try:
            descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
        except FileNotFoundError:
            continue  # removed since
        try:
            _lock(descriptor)
            if _is_at(descriptor, folder / LOCK):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


_ARGUMENTS = {
    "renameat2": (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint),
    "sync_file_range": (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint),
}


@cache
def _system_call(name: str) -> Callable[..., int] | None:
    function = getattr(ctypes.CDLL(None, use_errno=True), name, None)
    if function is not None:
        function.argtypes = _ARGUMENTS[name]
        function.restype = ctypes.c_int
    return function

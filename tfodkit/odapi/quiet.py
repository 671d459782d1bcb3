"""Leaves out what TensorFlow and the Object Detection API say to their own developers and no user can act on."""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
import warnings
from collections.abc import Iterator
from types import ModuleType

DEPRECATED = "is deprecated and will be removed"
# TensorFlow, when the tables of a frozen model's label look-up are not in the graph; by its own words "safe to ignore".
TABLES = "Issue encountered when serializing table_initializer"
# TensorFlow, as an error, where there is no NVIDIA driver at all; what a driver that fails says has another number.
NO_DRIVER = b"Failed call to cuInit: UNKNOWN ERROR (303)"
# The TensorFlow Lite converter, of its own flags, and TensorFlow's logging of itself.
OF_CONVERTER = (
    b"All log messages before absl::InitializeLog()",
    b"mlir_graph_optimization_pass.cc",
    b"tf_tfl_flatbuffer_helpers.cc",
    b"fully_quantize: ",
)
STANDARD_ERROR = 2
LVIS_FORMAT = "[%(asctime)s] %(name)s %(levelname)s: %(message)s"


def remove_lvis_handler(_module: ModuleType) -> None:
    """The root logger's handler that ``import lvis`` sets up: every warning would be shown twice, for all programs.

    In lvis 0.5.3 (``lvis/__init__.py`` calls ``logging.basicConfig``); the Object Detection API's metrics import it.
    """
    root = logging.getLogger()
    for handler in list(root.handlers):
        if handler.formatter is not None and handler.formatter._fmt == LVIS_FORMAT:
            root.removeHandler(handler)


def quiet_notices() -> None:
    """Drop notices about TensorFlow's and the Object Detection API's own code; all other warnings stay. Idempotent."""
    logger = logging.getLogger("tensorflow")
    if _is_for_users not in logger.filters:
        logger.addFilter(_is_for_users)
    warnings.filterwarnings("ignore", message=r".*set_learning_phase.*" + DEPRECATED, category=UserWarning)


def _is_for_users(record: logging.LogRecord) -> bool:
    message = record.getMessage()
    return DEPRECATED not in message and TABLES not in message


def without_absent_driver() -> contextlib.AbstractContextManager[None]:
    """Inside, TensorFlow's native code does not say that there is no NVIDIA driver; all else it says after it."""
    return without_lines(NO_DRIVER)


@contextlib.contextmanager
def without_lines(*unwanted: bytes) -> Iterator[None]:
    """Inside, native code writes no line with one of these parts to the standard error stream; all else comes after it.

    For a moment alone, as it holds back all that any thread writes there.
    """
    with contextlib.ExitStack() as stack:
        try:
            held = stack.enter_context(tempfile.TemporaryFile())
            before = os.dup(STANDARD_ERROR)
        except OSError:  # no such stream, or no room
            yield
            return
        os.dup2(held.fileno(), STANDARD_ERROR)
        try:
            yield
        finally:
            os.dup2(before, STANDARD_ERROR)
            os.close(before)
            held.seek(0)
            with contextlib.suppress(OSError):
                os.write(STANDARD_ERROR, b"".join(line for line in held if not any(part in line for part in unwanted)))

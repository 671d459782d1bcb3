"""Leaves out what TensorFlow and the Object Detection API say to their own developers and no user can act on."""

from __future__ import annotations

import logging
import warnings
from types import ModuleType

DEPRECATED = "is deprecated and will be removed"
# TensorFlow, when the tables of a frozen model's label look-up are not in the graph; by its own words "safe to ignore".
TABLES = "Issue encountered when serializing table_initializer"
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

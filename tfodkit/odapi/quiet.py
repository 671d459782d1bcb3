"""Leaves out what TensorFlow and the Object Detection API say to their own developers and no user can act on."""

from __future__ import annotations

import logging
import warnings

DEPRECATED = "is deprecated and will be removed"


def quiet_deprecations() -> None:
    """Drop notices of deprecated functions that the Object Detection API calls; all other warnings stay. Idempotent."""
    logger = logging.getLogger("tensorflow")
    if _is_for_users not in logger.filters:
        logger.addFilter(_is_for_users)
    warnings.filterwarnings("ignore", message=r".*set_learning_phase.*" + DEPRECATED, category=UserWarning)


def _is_for_users(record: logging.LogRecord) -> bool:
    return DEPRECATED not in str(record.msg) and DEPRECATED not in record.getMessage()

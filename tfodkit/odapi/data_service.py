"""Input that other processes read and augment: a tf.data service."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from typing import Any

from tfodkit.errors import SetupError

SECONDS_TO_ANSWER = 5.0


def through_service(address: str) -> Callable[[Any], Any]:
    """For ``Dataset.apply``: the set is made by the workers of the service, each of which makes all of it.

    Raises:
        SetupError: nobody answers at ``address``, such as ``grpc://localhost:5000``; TensorFlow would wait for hours.
    """
    import tensorflow as tf

    _require_answer(address)
    service = tf.data.experimental.service
    distribute: Callable[[Any], Any] = service.distribute(processing_mode=service.ShardingPolicy.OFF, service=address)
    return distribute


def _require_answer(address: str) -> None:
    flag = f"--data-service {address}"
    match = re.fullmatch(r"grpc://\[?(?P<host>[^/]+?)\]?:(?P<port>\d+)", address)
    if match is None:
        raise SetupError(flag, "is no address of a tf.data service", "Give one such as grpc://localhost:5000.")
    try:
        socket.create_connection((match["host"], int(match["port"])), SECONDS_TO_ANSWER).close()
    except (OSError, OverflowError) as error:
        what = f"nobody answers there ({getattr(error, 'strerror', None) or error})"
        raise SetupError(flag, what, "Start its dispatcher, and workers, first.") from error

"""Makes the Object Detection API usable in this process: call :func:`install`, then import ``object_detection``."""

from __future__ import annotations

import os
import platform
import sys

from google.protobuf.internal import api_implementation

from tfodkit.errors import SetupError
from tfodkit.odapi import protos
from tfodkit.odapi.quiet import quiet_notices, without_absent_driver
from tfodkit.odapi.versions import require_object_detection, require_tensorflow

X86 = ("x86_64", "AMD64")


def install() -> None:
    """Import TensorFlow with Keras 2 and lay every mend. Idempotent; 5 to 12 s the first time (TensorFlow's import).

    Sets ``TF_USE_LEGACY_KERAS=1``, and ``TF_CPP_MIN_LOG_LEVEL=1`` where the user has not set it: TensorFlow would
    start every command with lines on oneDNN and CPU instructions that nobody can act on. Its warnings still show,
    but for notices of deprecation and of a driver that is not there (:mod:`tfodkit.odapi.quiet`).

    Sets ``TF_ENABLE_ONEDNN_OPTS=1`` too where the user has not: oneDNN's kernels, which TensorFlow takes by default on
    Linux and CPUs with AVX512-VNNI, AVX-VNNI or AMX alone, take a fifth less time with AVX2 too (SSD MobileNet V2 at
    batch 8: 1.44 s of CPU a step, not 1.83).

    Raises:
        SetupError: TensorFlow or the Object Detection API is missing or of another version; protobuf runs on its
            pure-Python back end; TensorFlow has been imported without Keras 2 before.
    """
    require_object_detection()
    require_tensorflow()
    _require_fast_protobuf()
    _require_legacy_keras_if_imported()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
    if platform.machine() in X86:
        os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    from tfodkit.odapi.mends import When, lay

    protos.install_hook()
    lay(When.BEFORE_TENSORFLOW)
    _require_keras_2()
    lay(When.AFTER_TENSORFLOW)
    lay(When.AROUND_LOAD)
    lay(When.AFTER_LOAD)
    quiet_notices()
    _look_for_gpus()


def _look_for_gpus() -> None:
    """The first look is what TensorFlow tells of an absent driver at; it sets nothing."""
    import tensorflow as tf

    with without_absent_driver():
        tf.config.list_physical_devices("GPU")


def _require_fast_protobuf() -> None:
    if api_implementation.Type() == "python":
        raise SetupError(
            "protobuf",
            "it runs on its pure-Python back end, with which records and configs take many times longer",
            "Unset PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION: that workaround is not needed here.",
        )


def _require_legacy_keras_if_imported() -> None:
    """TensorFlow reads the variable when it is imported; to set it afterwards gives a mixture of both."""
    if "tensorflow" in sys.modules and os.environ.get("TF_USE_LEGACY_KERAS") not in ("1", "true", "True"):
        raise _keras_error("it was imported before tfodkit, without TF_USE_LEGACY_KERAS=1, and so with Keras 3")


def _require_keras_2() -> None:
    import tensorflow as tf

    home = tf.keras.Model.__module__
    if not home.startswith("tf_keras."):
        raise _keras_error(f"tf.keras must be Keras 2 (tf_keras), but its classes come from {home}")


def _keras_error(what: str) -> SetupError:
    return SetupError(
        "tensorflow", what, "Set TF_USE_LEGACY_KERAS=1 before tensorflow is first imported, and start Python anew."
    )

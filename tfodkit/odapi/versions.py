"""Which releases the bridge was written for, and the errors for everything else."""

from __future__ import annotations

import importlib.metadata

from tfodkit.errors import SetupError

OBJECT_DETECTION = "tf-models-research-object-detection"
OBJECT_DETECTION_VERSION = "2.8.0.post1"
TENSORFLOW_SERIES = "2.20"
"""Of ``tensorflow``, ``tf-keras`` and ``tf-models-official``: they are released together."""


def require_object_detection() -> None:
    """Raise :class:`SetupError` unless the Object Detection API is installed in the version the bridge knows."""
    found = _installed(OBJECT_DETECTION)
    if found != OBJECT_DETECTION_VERSION:
        raise SetupError(
            OBJECT_DETECTION,
            f"the Object Detection API must be version {OBJECT_DETECTION_VERSION} but {_described(found)}",
            f"Run: pip install {OBJECT_DETECTION}=={OBJECT_DETECTION_VERSION}",
        )


def require_tensorflow() -> None:
    """Raise :class:`SetupError` unless TensorFlow and tf-keras are of the series 2.20."""
    for package in ("tensorflow", "tf-keras"):
        found = _installed(package)
        if found is None or not found.startswith(f"{TENSORFLOW_SERIES}."):
            raise SetupError(
                package,
                f"{package} must be version {TENSORFLOW_SERIES}.x but {_described(found)}",
                f'Run: pip install "tensorflow~={TENSORFLOW_SERIES}.0" "tf-keras~={TENSORFLOW_SERIES}.0"',
            )


def _installed(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def _described(version: str | None) -> str:
    return f"{version} is installed" if version else "it is not installed"

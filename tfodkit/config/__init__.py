"""Templates, options → ``pipeline.config``, sample weights, and what keeps a config from running. No TensorFlow.

The names load on first use: the command line reads the options of make-config without the schema of a config.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tfodkit.config.checked import PipelineConfig, read_checked_pipeline
    from tfodkit.config.made import MadeConfig
    from tfodkit.config.make import make_config
    from tfodkit.config.options import PipelineOptions
    from tfodkit.config.templates import template_names

__all__ = [
    "MadeConfig",
    "PipelineConfig",
    "PipelineOptions",
    "make_config",
    "read_checked_pipeline",
    "template_names",
]

_HOME = {
    "PipelineConfig": "checked",
    "read_checked_pipeline": "checked",
    "MadeConfig": "made",
    "make_config": "make",
    "PipelineOptions": "options",
    "template_names": "templates",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'tfodkit.config' has no attribute {name!r}")
    return getattr(import_module(f"tfodkit.config.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

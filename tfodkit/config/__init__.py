"""Templates, options → ``pipeline.config``, sample weights, and what keeps a config from running. No TensorFlow."""

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

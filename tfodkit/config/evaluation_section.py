"""The ``eval_config`` part: one image at a time, by the metrics asked for, with averaged weights where there are."""

from __future__ import annotations

from tfodkit.config.metrics import DEFAULT_METRICS
from tfodkit.config.options import PipelineOptions
from tfodkit.config.pipeline import Message


def set_evaluation(eval_config: Message, options: PipelineOptions) -> None:
    """Set batch, metrics and whether averages are evaluated, in place: without ``--ema`` they are not."""
    eval_config.batch_size = 1
    eval_config.metrics_set[:] = options.metrics or DEFAULT_METRICS
    eval_config.use_moving_averages = options.ema is not None

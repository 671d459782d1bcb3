"""A backbone that fetches its weights by itself."""

from __future__ import annotations

import logging
from types import ModuleType, SimpleNamespace
from typing import Any

_log = logging.getLogger(__name__)


def build_without_download(extractor: ModuleType) -> None:
    """``weights="imagenet"`` downloads while the model is built: both CenterNet MobileNetV2 builders, at width 1.0.

    That fails without a network, and is in vain when a checkpoint is restored afterwards. Built with random weights and
    a warning instead; replaced in the extractor's module only.
    """
    builder = extractor.mobilenetv2.mobilenet_v2

    def mobilenet_v2(*args: Any, weights: str | None = None, **options: Any) -> Any:
        if weights is not None:
            _log.warning(
                "CenterNet MobileNetV2 is built with random weights, not with the %s ones: nothing is downloaded. "
                "Set fine_tune_checkpoint in the pipeline.config.",
                weights,
            )
        return builder(*args, weights=None, **options)

    extractor.mobilenetv2 = SimpleNamespace(mobilenet_v2=mobilenet_v2)  # type: ignore[attr-defined]

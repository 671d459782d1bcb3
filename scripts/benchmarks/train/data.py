"""Pictures, records and the config that both contenders read; drawn once and kept."""

from __future__ import annotations

import argparse
from pathlib import Path

from tfodkit.config import PipelineOptions, make_config
from tfodkit.dataset.shares import SplitShares
from tfodkit.example import draw_example
from tfodkit.records import RecordOptions, make_records

IMAGES = 400
RATE = 0.01


def make_data(options: argparse.Namespace) -> Path:
    """The path of a ``pipeline.config`` with 200 pictures to train on and 200 to evaluate, for :mod:`argparse`'s."""
    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "records").exists():
        draw_example(folder / "pictures", images=IMAGES, force=True)
        make_records(folder / "pictures", folder / "records", RecordOptions(shares=SplitShares(0.5, 0.5)))
    chosen = PipelineOptions(
        batch_size=options.batch_size,
        image_size=options.image_size,
        steps=options.steps + 1,
        learning_rate=RATE,
        schedule="constant",
    )
    return make_config(options.template, folder / "records", folder / "pipeline.config", chosen, force=True).path

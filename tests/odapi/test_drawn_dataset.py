"""The training set as it is drawn, shared out over input pipelines."""

from __future__ import annotations

from typing import Any

import pytest

from tfodkit.odapi import inputs
from tfodkit.odapi.install import install
from tfodkit.odapi.pipeline import parse

pytestmark = pytest.mark.slow

BATCH = 4


def numbers_drawn(tiny_config: str, pipelines: int, batches: int, first: int = 0) -> list[list[int]]:
    """What each batch is drawn from, over all input pipelines."""
    install()
    import tensorflow as tf

    drawn: list[int] = []
    record = tf.train.Example().SerializeToString()

    def read(draw: int) -> bytes:
        drawn.append(draw)
        return record

    found: list[list[int]] = [[] for _ in range(batches)]
    for index in range(pipelines):
        drawn.clear()
        context = tf.distribute.InputContext(pipelines, index, num_replicas_in_sync=pipelines)
        dataset: Any = inputs._drawn_dataset(
            inputs.DrawnRecords(read, first=first, seed=0),
            parse(tiny_config.replace('label_map_path: "label_map.pbtxt"', "")).train_input_reader,
            batch_size=BATCH,
            transform_input_data_fn=lambda _tensors: tf.constant(0),
            input_context=context,
            reduce_to_frame_fn=None,
        )
        for _ in dataset.take(batches):
            pass
        share = BATCH // pipelines
        for batch in range(batches):
            found[batch] += sorted(drawn)[batch * share : (batch + 1) * share]
    return found


def test_two_pipelines_draw_together_what_one_draws(tiny_config: str) -> None:
    alone = numbers_drawn(tiny_config, 1, 3, first=8)
    assert alone == [[8, 9, 10, 11], [12, 13, 14, 15], [16, 17, 18, 19]]
    assert numbers_drawn(tiny_config, 2, 3, first=8) == alone

"""The text of a ``pipeline.config`` as the messages that the Object Detection API's builders take."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from google.protobuf import text_format

from tfodkit.odapi import protos


def parse(config_text: str) -> Any:
    """The ``TrainEvalPipelineConfig`` message of a text that :mod:`tfodkit.config` has checked."""
    return text_format.Parse(config_text, protos.load("pipeline_pb2").TrainEvalPipelineConfig())


def for_one_pass(pipeline: Any, records: Sequence[Path]) -> tuple[Any, Any]:
    """``(eval_config, eval_input_reader)`` that give every image of ``records`` exactly once, in their order.

    The published configs lose images (``drop_remainder``, ``sample_1_of_n_examples``), mix their order, and carry
    each picture along at its original size; copies of both messages are mended here.
    """
    eval_config = type(pipeline.eval_config).FromString(pipeline.eval_config.SerializeToString())
    eval_config.retain_original_images = False
    reader = type(pipeline.eval_input_reader[0]).FromString(pipeline.eval_input_reader[0].SerializeToString())
    reader.tf_record_input_reader.input_path[:] = [str(path) for path in records]
    del reader.sample_from_datasets_weights[:]
    reader.shuffle = False
    reader.num_readers = 1
    reader.num_epochs = 1
    reader.sample_1_of_n_examples = 1
    reader.drop_remainder = False
    return eval_config, reader


def evaluates_averages(pipeline: Any) -> bool:
    """Whether the moving averages of the weights are what is evaluated and exported, not the weights themselves."""
    return bool(pipeline.train_config.optimizer.use_moving_average and pipeline.eval_config.use_moving_averages)

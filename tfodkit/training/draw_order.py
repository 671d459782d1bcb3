"""Which images a config trains on, and in which order."""

from __future__ import annotations

from tfodkit.config import PipelineConfig
from tfodkit.config.pipeline import parse_pipeline
from tfodkit.config.record_files import matching_files
from tfodkit.records.draws import DrawnFrom, DrawOrder

SEQUENCES = "TF_SEQUENCE_EXAMPLE"


def draw_order(pipeline: PipelineConfig, *, seed: int) -> DrawOrder | None:
    """The order in which the training records of ``pipeline`` are drawn.

    None where the Object Detection API has to read them itself: sequences of pictures, and every n-th example alone.

    Raises:
        RecordError: a record file is damaged or empty.
    """
    reader = parse_pipeline(pipeline.text, str(pipeline.path)).train_input_reader
    kinds = reader.DESCRIPTOR.fields_by_name["input_type"].enum_type.values_by_number
    if kinds[reader.input_type].name == SEQUENCES or reader.sample_1_of_n_examples > 1:
        return None
    files = [tuple(matching_files(pattern)) for pattern in reader.tf_record_input_reader.input_path]
    weights = reader.sample_from_datasets_weights
    if weights:
        groups = [DrawnFrom(paths, weight) for paths, weight in zip(files, weights, strict=True)]
    else:
        groups = [DrawnFrom(tuple(path for paths in files for path in paths))]
    return DrawOrder(groups, seed=seed, shuffle=reader.shuffle)

"""The order in which a config's records are drawn."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tfodkit.config import PipelineConfig, PipelineOptions, make_config, read_checked_pipeline
from tfodkit.config.pipeline import format_pipeline, parse_pipeline
from tfodkit.example import draw_example
from tfodkit.records import RecordOptions, make_records
from tfodkit.training.draw_order import draw_order


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("order")
    draw_example(folder / "pictures", images=24, size=(160, 120))
    make_records(folder / "pictures", folder / "records", RecordOptions())
    return folder


def pipeline(folder: Path, **options: object) -> PipelineConfig:
    config = make_config("example", folder / "records", folder / "a.config", PipelineOptions(**options), force=True)  # type: ignore[arg-type]
    return read_checked_pipeline(config.path)


def test_every_training_image_is_drawn(folder: Path) -> None:
    read = pipeline(folder)
    order = draw_order(read, seed=0)
    assert order is not None
    assert read.manifest is not None
    assert order.images == read.manifest.images("train")
    assert {order.place(draw)[0] for draw in range(2000)} == set(read.train_records)


def test_weights_of_the_config_are_those_of_the_draws(folder: Path) -> None:
    read = pipeline(folder, weights="mug=3")
    weights = list(parse_pipeline(read.text, "a.config").train_input_reader.sample_from_datasets_weights)
    order = draw_order(read, seed=0)
    assert order is not None
    counts = Counter(order.place(draw)[0] for draw in range(20_000))
    shares = [counts[path] / 20_000 for path in read.train_records]
    assert shares == pytest.approx([weight / sum(weights) for weight in weights], abs=0.02)
    assert max(weights) > 2 * min(weights)


def test_a_config_without_weights_draws_all_images_alike(folder: Path) -> None:
    read = pipeline(folder)
    message = parse_pipeline(read.text, "a.config")
    del message.train_input_reader.sample_from_datasets_weights[:]
    order = draw_order(replace(read, text=format_pipeline(message)), seed=0)
    assert order is not None
    drawn = Counter(order.place(draw) for draw in range(order.images))
    assert set(drawn.values()) == {1}


@pytest.mark.parametrize("line", ["input_type: TF_SEQUENCE_EXAMPLE", "sample_1_of_n_examples: 2"])
def test_what_the_api_has_to_read_itself_is_left_to_it(folder: Path, line: str) -> None:
    read = pipeline(folder)
    text = read.text.replace("train_input_reader {", f"train_input_reader {{ {line}", 1)
    assert draw_order(replace(read, text=text), seed=0) is None
    assert draw_order(read, seed=0) is not None

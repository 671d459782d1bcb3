"""The values in effect: what a config writes, and the defaults of the rest."""

from __future__ import annotations

import pytest

from tfodkit.config.effective import read_config, section_texts, with_defaults
from tfodkit.config.pipeline import parse_pipeline
from tfodkit.config.templates import template_names
from tfodkit.errors import ConfigError


@pytest.mark.parametrize("name", template_names())
def test_the_sections_together_are_the_config(name):
    for message in (read_config(name), with_defaults(read_config(name))):
        assert parse_pipeline("".join(section_texts(message).values()), name) == message


def test_defaults_are_written_where_a_part_is_there():
    message = parse_pipeline("train_config { optimizer { adam_optimizer {} } }", "a.config")
    filled = with_defaults(message)
    assert filled.train_config.HasField("batch_size")
    assert filled.train_config.batch_size == 32
    assert filled.train_config.optimizer.use_moving_average
    assert filled.train_config.optimizer.HasField("use_moving_average")
    assert not message.train_config.HasField("batch_size")
    assert not filled.HasField("eval_config")
    assert filled.train_config.optimizer.WhichOneof("optimizer") == "adam_optimizer"
    assert with_defaults(filled) == filled


def test_what_is_written_stays():
    message = parse_pipeline("eval_input_reader { shuffle: true } eval_input_reader { shuffle: false }", "a.config")
    assert [reader.shuffle for reader in with_defaults(message).eval_input_reader] == [True, False]


def test_a_file_that_does_not_parse_is_told_with_its_line(tmp_path):
    path = tmp_path / "bad.config"
    path.write_text("train_config {\n  batch_sizes: 8\n}\n")
    with pytest.raises(ConfigError) as caught:
        read_config(str(path))
    what = 'Message type "TrainConfig" has no field named "batch_sizes"'
    assert str(caught.value) == f"{path}:2: {what}. Did you mean batch_size?"


def test_an_alternative_that_is_not_chosen_is_not_written():
    text = "model { ssd { box_predictor { convolutional_box_predictor { conv_hyperparams { initializer {"
    text = f"{text} truncated_normal_initializer {{}} }} }} }} }} }} }}"
    predictor = with_defaults(parse_pipeline(text, "a.config")).model.ssd.box_predictor.convolutional_box_predictor
    assert predictor.conv_hyperparams.initializer.WhichOneof("initializer_oneof") == "truncated_normal_initializer"

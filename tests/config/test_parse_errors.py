from __future__ import annotations

import pytest

from tfodkit.config.pipeline import parse_pipeline
from tfodkit.errors import ConfigError

CHECKPOINT = "train_config {{\n  fine_tune_checkpoint: {}\n}}"
MANY = "There is a } too many, here or further up: each { has one."
MISSING = "A } is missing: each { needs one; the line is the last that could be read."
QUOTES = 'Replace the curly quotes by straight ones: "…".'
SEEN = "The line holds a character that can't be seen, from a web page: type it again."
AGAIN = "Mend the line; `tfodkit make-config` writes a whole config from a template."

PASTED = [
    ("eval_input_reader {\n  shuffle: false\n\neval_config {\n}", 4, "A } is missing above: eval_config is a section"),
    ("model {\n  ssd {\n    num_classes: 3\n  }\n", 4, MISSING),
    ("model {\n  ssd {\n  }\n}\n}\n", 5, MANY),
    (CHECKPOINT.format("\u201ca/b\u201d"), 2, QUOTES),
    (CHECKPOINT.format("\u2018a/b\u2019"), 2, QUOTES),
    (CHECKPOINT.format('"a/b'), 2, 'Close the value with " in the same line.'),
    (CHECKPOINT.format(r'"C:\Users\me\ckpt-0"'), 2, r"A \ begins an escape: write the path with / instead."),
    ("train_config {\n  num_steps: \u200b5\n}", 2, SEEN),
    ("train_config {\n  num_steps: 5\0\n}", 2, SEEN),
    ("train_config {\n  num_steps: 5\n  num_steps: 6\n}", 3, "Keep one of them."),
    ("train_config {\n  num_steps = 5\n}", 2, AGAIN),
    (
        "model { ssd { feature_extractor {\nbatch_norm_trainable: true } } }",
        2,
        "The API has it no more: take the line out; make-config --template leaves it out by itself.",
    ),
]


@pytest.mark.parametrize(("text", "line", "remedy"), PASTED)
def test_what_was_pasted_badly_is_told_by_line_and_cause(text: str, line: int, remedy: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_pipeline(text, "my.config")
    assert str(caught.value).startswith(f"my.config:{line}: ")
    assert remedy in str(caught.value)


def test_a_misspelled_section_is_no_missing_brace() -> None:
    with pytest.raises(ConfigError, match=r"no field named \"train_confg\"\. Did you mean train_config"):
        parse_pipeline("train_confg {}", "my.config")

from __future__ import annotations

from pathlib import Path

import pytest

from tfodkit.config.pipeline import format_pipeline, parse_pipeline, read_pipeline, six_digits
from tfodkit.config.templates import read_template, template_names
from tfodkit.errors import ConfigError

MEND = "Mend the line; `tfodkit make-config` writes a whole config from a template."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "model {\n  ssd {\n    num_clases: 3\n  }\n}\n",
            'my.config:3: Message type "Ssd" has no field named "num_clases". Did you mean num_classes?',
        ),
        (
            "model { ssd {\nnum_classes: 'three' } }",
            f"my.config:2: Couldn't parse integer: 'three'. {MEND}",
        ),
        (
            "train_config {\n\n  fine_tune_checkpoint_version: V3\n}",
            'my.config:3: Enum type "CheckpointVersion" has no value named V3. Did you mean V2 or V1?',
        ),
        (
            "eval_config { metrics_set: \u201ccoco_detection_metrics\u201d }",
            "my.config:1: Expected string but found: '\u201c'. Replace the curly quotes by straight ones: \"…\".",
        ),
        (
            "model { ssd { num_classes: 1 } faster_rcnn { } }",
            (
                'my.config:1: Field "faster_rcnn" is specified along with field "ssd", another member of oneof "model" '
                f'for message type "DetectionModel". {MEND}'
            ),
        ),
    ],
)
def test_a_config_that_does_not_parse_is_told_by_line(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_pipeline(text, "my.config")
    assert str(caught.value) == message


def test_a_missing_file_is_no_traceback(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"absent\.config: can't be read: No such file or directory\. Check the path"):
        read_pipeline(tmp_path / "absent.config")


def test_a_file_in_latin_1_is_told(tmp_path: Path) -> None:
    path = tmp_path / "old.config"
    path.write_bytes("# Café\n".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"old\.config: is not UTF-8 text\. Save it as UTF-8"):
        read_pipeline(path)


@pytest.mark.parametrize("name", template_names())
def test_printing_loses_nothing(name: str) -> None:
    message = read_template(name).message()
    assert parse_pipeline(format_pipeline(message), name) == message


def test_printing_sets_sections_apart_and_keeps_lists_short() -> None:
    model = "model { ssd { anchor_generator { ssd_anchor_generator { aspect_ratios: 1 aspect_ratios: 2 } } } }"
    printed = format_pipeline(parse_pipeline(f"{model} train_config {{ batch_size: 8 }}", "my.config"))
    assert "        aspect_ratios: [1.0, 2.0]\n" in printed
    assert printed.endswith("\n}\n\ntrain_config {\n  batch_size: 8\n}\n")


def test_six_digits_survive_a_float32_field() -> None:
    message = parse_pipeline("train_config { gradient_clipping_by_norm: 0.8 }", "my.config")
    assert message.train_config.gradient_clipping_by_norm != 0.8
    assert six_digits(message.train_config.gradient_clipping_by_norm) == 0.8

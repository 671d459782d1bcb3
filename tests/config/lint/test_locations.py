"""The line of each field, against texts laid out by hand and against every template."""

from __future__ import annotations

import pytest
from google.protobuf.descriptor import FieldDescriptor
from hypothesis import given, strategies as st

from tfodkit.config.lint.locations import Locations
from tfodkit.config.pipeline import Message, format_pipeline
from tfodkit.config.templates import ready_template, template_names

TEXT = """\
# model { ssd { num_classes: 9 } }
model { ssd {
    num_classes: 2  # } not the end
    feature_extractor <
      type: "a { b } # \\" still"
      depth_multiplier: 1.0 min_depth:
        16
    >
  }
}
train_config: {
  data_augmentation_options { random_horizontal_flip { } }
  data_augmentation_options {
    random_crop_image { min_area: 0.5, max_area: 1; }
  }
  num_steps: -
    5
}
train_input_reader {
  tf_record_input_reader {
    input_path: ["a", 'b'
      'still b',
      "c"]
    input_path: "d"
  }
  sample_from_datasets_weights: [1, 2,
    3]
  name: "after"
}
eval_input_reader: [{ shuffle: false },
  < shuffle: true >]
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("model", 2),
        ("model.ssd", 2),
        ("model.ssd.num_classes", 3),
        ("model.ssd.feature_extractor", 4),
        ("model.ssd.feature_extractor.type", 5),
        ("model.ssd.feature_extractor.min_depth", 6),
        ("train_config", 11),
        ("train_config.data_augmentation_options", 12),
        ("train_config.data_augmentation_options[1]", 13),
        ("train_config.data_augmentation_options[1].random_crop_image.max_area", 14),
        ("train_config.num_steps", 16),
        ("train_input_reader.tf_record_input_reader.input_path[0]", 21),
        ("train_input_reader.tf_record_input_reader.input_path[1]", 21),
        ("train_input_reader.tf_record_input_reader.input_path[2]", 23),
        ("train_input_reader.tf_record_input_reader.input_path[3]", 24),
        ("train_input_reader.sample_from_datasets_weights[2]", 27),
        ("train_input_reader.name", 28),
        ("eval_input_reader[0].shuffle", 30),
        ("eval_input_reader[1]", 31),
        ("eval_input_reader[1].shuffle", 31),
    ],
)
def test_the_line_of_a_field(path: str, line: int) -> None:
    assert Locations(TEXT).line(path) == line


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("model.ssd.post_processing.score_converter", 2),
        ("train_config.batch_size", 11),
        ("eval_config", None),
        ("", None),
    ],
)
def test_what_is_not_written_is_in_what_is_around_it(path: str, line: int | None) -> None:
    assert Locations(TEXT).line(path) == line


@pytest.mark.parametrize("name", template_names())
def test_every_field_of_a_template_is_found_where_its_name_stands(name: str) -> None:
    template = ready_template(name)
    for text in (template.text, format_pipeline(template.message())):
        lines, locations = text.splitlines(), Locations(text)
        for path, field in paths(template.message()):
            line = locations.line(path)
            assert line is not None
            assert lines[line - 1].strip().startswith(field), path


def paths(message: Message, before: str = "") -> list[tuple[str, str]]:
    """The path and the name of every field that is set."""
    found = []
    for field, value in message.ListFields():
        if field.message_type and field.message_type.GetOptions().map_entry:
            continue
        entries = list(value) if field.is_repeated else [value]
        for index, entry in enumerate(entries):
            path = f"{before}{field.name}[{index}]" if field.is_repeated else f"{before}{field.name}"
            found.append((path, field.name))
            if field.type == FieldDescriptor.TYPE_MESSAGE:
                found += paths(entry, f"{path}.")
    return found


@given(st.text(alphabet="ab{}<>[]:,;#\"'\\\n -1"))
def test_no_text_makes_it_fail(text: str) -> None:
    line = Locations(text).line("a.b[1].a")
    assert line is None or 1 <= line <= text.count("\n") + 1

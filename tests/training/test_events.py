"""What TensorBoard reads out of the events of a run."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tfodkit.errors import OutputError
from tfodkit.training.events import EventWriter

pytestmark = pytest.mark.tensorflow


def read_events(folder: Path) -> Any:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder))
    events.Reload()
    return events


def test_scalars_are_there_at_once_and_absent_values_are_not(tmp_path: Path) -> None:
    import tensorflow as tf

    with EventWriter(tmp_path / "train") as writer:
        assert not (tmp_path / "train").exists()
        writer.add(5, {"Loss/total_loss": 2.5, "mAP": None})
        writer.add(6, {"Loss/total_loss": 1.5})
        events = read_events(tmp_path / "train")
    found = [(event.step, float(tf.make_ndarray(event.tensor_proto))) for event in events.Tensors("Loss/total_loss")]
    assert found == [(5, 2.5), (6, 1.5)]
    assert events.Tags()["tensors"] == ["Loss/total_loss"]


def test_pictures_are_what_the_images_plugin_reads(tmp_path: Path) -> None:
    pictures = [Image.new("RGB", (40, 30), colour) for colour in ((250, 10, 10), (10, 10, 250))]
    with EventWriter(tmp_path) as writer:
        writer.add_pictures(5, "train_input_images", pictures)
        writer.add_pictures(5, "none", [])
    events = read_events(tmp_path)
    assert events.SummaryMetadata("train_input_images").plugin_data.plugin_name == "images"
    (event,) = events.Tensors("train_input_images")
    width, height, *encoded = event.tensor_proto.string_val
    assert (event.step, width, height) == (5, b"40", b"30")
    shown = [Image.open(io.BytesIO(each)) for each in encoded]
    assert [image.size for image in shown] == [(40, 30)] * 2
    assert [image.getpixel((20, 15))[0] > 200 for image in shown] == [True, False]
    assert "none" not in events.Tags()["tensors"]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"file/train: TensorBoard's events can't be written: .*\. Choose another"):
        EventWriter(tmp_path / "file" / "train").add(1, {"a": 1.0})


def test_a_writer_is_closed_once_and_opened_again_when_needed(tmp_path: Path) -> None:
    writer = EventWriter(tmp_path)
    writer.close()
    writer.add(1, {"a": 1.0})
    writer.close()
    writer.close()
    writer.add(2, {"a": 2.0})
    writer.close()
    assert len(list(tmp_path.glob("events.*"))) == 2

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tfodkit.errors import ExportError, UsageError
from tfodkit.exporting import benchmark
from tfodkit.exporting.benchmark import benchmark_export
from tfodkit.exporting.trial import Trial
from tfodkit.inference.formats import ExportedModel


def make_export(folder: Path) -> Path:
    """A SavedModel of 5 bytes and a frozen graph of 3, which no runtime can load."""
    (folder / "saved_model" / "variables").mkdir(parents=True)
    (folder / "saved_model" / "saved_model.pb").write_bytes(b"abc")
    (folder / "saved_model" / "variables" / "variables.index").write_bytes(b"de")
    (folder / "frozen_inference_graph.pb").write_bytes(b"abc")
    return folder


def test_each_form_is_measured_alone_and_its_first_picture_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def try_out(model: ExportedModel, pictures: tuple[np.ndarray, ...]) -> Trial:
        asked.append(model.path.name)
        if model.format.name == "frozen_graph":
            raise ExportError("frozen_inference_graph.pb", "can't be loaded", "Leave it out.")
        assert len(pictures) == 4
        return Trial((), 1.5, (9.0, 0.1, 0.2, 0.3), 1000, ("tensorflow",))

    monkeypatch.setattr(benchmark, "try_out", try_out)
    told: list[str] = []
    found = benchmark_export(make_export(tmp_path), tell=told.append)
    assert asked == ["saved_model", "frozen_inference_graph.pb"]
    assert told == ["measuring saved_model", "measuring frozen_graph"]
    good, bad = found.forms
    assert (good.format, good.bytes, good.load_seconds, good.peak_bytes, good.map) == (
        "saved_model",
        5,
        1.5,
        1000,
        None,
    )
    assert good.median_seconds == pytest.approx(0.2)
    assert good.p95_seconds == pytest.approx(0.29)
    assert (bad.bytes, bad.reason) == (3, "can't be loaded")
    assert (found.pictures, found.origin[:6]) == (4, "drawn:")


def test_a_place_without_a_model_and_too_few_pictures_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="nowhere: does not exist"):
        benchmark_export(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="--pictures: must be 2 or more, but got 1"):
        benchmark_export(make_export(tmp_path), pictures=1)


@pytest.mark.tensorflow
def test_one_model_of_an_export_is_measured_for_what_it_is(tiny_export: Path) -> None:
    found = benchmark_export(tiny_export / "frozen_inference_graph.pb", pictures=3)
    (form,) = found.forms
    assert form.reason is None
    assert form.bytes == (tiny_export / "frozen_inference_graph.pb").stat().st_size
    assert form.load_seconds > 0
    assert 0 < form.median_seconds <= form.p95_seconds
    assert form.peak_bytes > 100e6, "TensorFlow alone takes more"
    assert found.origin == "drawn: there are no validation records"

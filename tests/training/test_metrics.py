from pathlib import Path

import pytest

from tfodkit.training.metrics import StepTable, read_steps


def test_rows_are_added_under_the_columns_of_the_first(tmp_path: Path) -> None:
    table = StepTable(tmp_path / "metrics.csv")
    table.add(1, {"loss": 2.5, "mAP": None})
    table.add(2, {"mAP": 0.5, "loss": 1.25})
    assert (tmp_path / "metrics.csv").read_text() == "step,loss,mAP\n1,2.5,\n2,1.25,0.5\n"


def test_a_resumed_run_has_every_step_once(tmp_path: Path) -> None:
    path = tmp_path / "metrics.csv"
    first = StepTable(path)
    for step in (1, 2, 3):
        first.add(step, {"loss": float(step)})
    again = StepTable(path, resume_at=2)
    again.add(3, {"loss": 30.0})
    assert path.read_text() == "step,loss\n1,1.0\n2,2.0\n3,30.0\n"


def test_a_row_that_was_cut_off_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "metrics.csv"
    for cut_off in ("2,0.", "2,0.5,0.0", "2,0.5,0.01"):
        path.write_text(f"step,loss,rate\n1,1.0,0.1\n{cut_off}")
        assert read_steps(path) == {1}
        StepTable(path, resume_at=5)
        assert path.read_text() == "step,loss,rate\n1,1.0,0.1\n"
    assert read_steps(tmp_path / "absent.csv") == frozenset()


def test_a_run_that_starts_from_nothing_names_its_columns_anew(tmp_path: Path) -> None:
    StepTable(tmp_path / "metrics.csv").add(1, {"ssd loss": 1.0})
    StepTable(tmp_path / "metrics.csv", resume_at=0).add(1, {"rcnn loss": 2.0})
    assert (tmp_path / "metrics.csv").read_text() == "step,rcnn loss\n1,2.0\n"


def test_a_row_with_other_columns_is_refused(tmp_path: Path) -> None:
    table = StepTable(tmp_path / "metrics.csv")
    table.add(1, {"loss": 1.0})
    with pytest.raises(ValueError, match="columns must be"):
        table.add(2, {"loss": 1.0, "extra": 2.0})

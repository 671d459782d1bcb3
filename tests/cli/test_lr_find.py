from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tfodkit.cli.main import app
from tfodkit.errors import OutputError, UsageError
from tfodkit.training import lr_finder
from tfodkit.training.lr_curve import LossCurve, Suggestion
from tfodkit.training.lr_finder import FoundRates, RangeTest

# raised by the old pyparsing that matplotlib is built on here
pytestmark = pytest.mark.filterwarnings("ignore:module 'sre_constants' is deprecated:DeprecationWarning")


def found(suggestion: Suggestion) -> FoundRates:
    curve = LossCurve(20)
    for rate, loss in ((1e-3, 2.0), (1e-2, 1.0), (1e-1, math.nan)):
        curve.add(rate, loss)
    return FoundRates(Path("a.config"), curve, suggestion, present=0.08)


def asked(monkeypatch: pytest.MonkeyPatch, suggestion: Suggestion, *arguments: str) -> str:
    def find(config: Path, test: RangeTest, *, progress: object) -> FoundRates:
        assert (config, test) == (Path("a.config"), RangeTest(iterations=50, first=1e-6, last=1.0))
        return found(suggestion)

    monkeypatch.setattr(lr_finder, "find_learning_rate", find)
    flags = ["--iterations", "50", "--from", "1e-6", "--to", "1"]
    done = CliRunner().invoke(app, ["lr-find", "a.config", *flags, *arguments], catch_exceptions=False)
    return done.stdout


def test_it_tells_the_rates_and_what_to_type_next(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    picture = tmp_path / "lr.png"
    printed = asked(monkeypatch, Suggestion(steepest=0.012, lowest=0.05), "-o", str(picture))
    assert printed.splitlines() == [
        f"3 steps, from 0.001 to 0.1, where the loss exploded: {picture}",
        "  0.012  where the loss falls fastest",
        "  0.005  a tenth of where it is lowest, 0.05",
        "  0.08  the highest of the config's own",
        "Make the config again with the first, or, to be careful, the second; the command stands in its head:",
        "  tfodkit make-config … --learning-rate 0.012",
    ]
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_it_says_why_it_suggests_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    printed = asked(monkeypatch, Suggestion(reason="the loss is flat"), "-o", str(tmp_path / "lr.png"))
    assert printed.splitlines()[1:] == ["no suggestion: the loss is flat."]


def test_json_has_null_for_what_is_no_number(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    printed = json.loads(
        asked(monkeypatch, Suggestion(steepest=0.1, lowest=1), "-o", str(tmp_path / "a.png"), "--json")
    )
    assert printed["losses"] == [2.0, 1.0, None]
    assert (printed["steepest"], printed["minimum_by_10"], printed["reason"], printed["exploded"]) == (
        0.1,
        0.1,
        None,
        True,
    )


def test_a_picture_that_is_there_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    (tmp_path / "lr.png").write_text("mine")
    refused = CliRunner().invoke(app, ["lr-find", "absent.config", "-o", str(tmp_path / "lr.png")])
    assert isinstance(refused.exception, OutputError)
    assert str(refused.exception) == f"{tmp_path / 'lr.png'}: exists already. Choose another place or pass --force."
    refused = CliRunner().invoke(app, ["lr-find", "absent.config", "-o", "lr.jpg"])
    assert isinstance(refused.exception, UsageError)

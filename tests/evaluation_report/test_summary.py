from __future__ import annotations

import re
from dataclasses import replace

import pytest
from report_builders import make_analysis, make_scene, make_set

from tfodkit.evaluation.comparing.values import Interval
from tfodkit.evaluation.mistakes.values import Cause, Causes
from tfodkit.evaluation_report.summary import summarise

BAGEL, MUG = 1, 2
HERE, FAR = (10, 10, 50, 50), (60, 60, 95, 95)


def told(*images: tuple, threshold: float = 0.5, **fields: object) -> str:
    summary = summarise(make_analysis(make_set(*images), threshold=threshold, **fields))
    return " ".join((*summary.accuracy, *summary.mistakes, *summary.advice)).replace("\u2068", "").replace("\u2069", "")


def test_a_lower_threshold_that_finds_more_is_named_with_what_it_brings() -> None:
    sure, unsure = ([(MUG, HERE)], [(MUG, HERE, 0.9)]), ([(MUG, HERE)], [(MUG, HERE, 0.3)])
    text = told(sure, unsure, unsure)
    assert re.search(r"A threshold of 0\.[0-3]\d* finds 2 more objects than 0\.50 at the same precision\.", text)
    assert "1 of 3 objects is found (33%); 0 of 1 detections are wrong." in text
    assert "check them on others" in text


def test_the_price_of_a_lower_threshold_is_told() -> None:
    sure, unsure = ([(MUG, HERE)], [(MUG, HERE, 0.9)]), ([(MUG, HERE)], [(MUG, HERE, 0.3)])
    wrong = ([], [(MUG, HERE, 0.4)])
    assert "finds 2 more objects than 0.50, with a precision of 75% in place of 100%." in told(
        sure, unsure, unsure, wrong
    )


def test_a_higher_threshold_that_leaves_out_mistakes_is_named() -> None:
    right, wrong = ([(MUG, HERE)], [(MUG, HERE, 0.9)]), ([], [(MUG, HERE, 0.6)])
    text = told(right, wrong, wrong)
    assert re.search(r"A threshold of 0\.[6-9]\d* leaves out 2 wrong detections that 0\.50 lets through\.", text)


def test_where_no_threshold_is_better_that_is_said() -> None:
    text = told(([(MUG, HERE)], [(MUG, HERE, 0.9)]))
    assert "No threshold is better than 0.50 for all classes together." in text
    assert "check them on others" not in text


def test_costly_errors_and_confused_classes_are_named() -> None:
    text = told(*[([(MUG, HERE)], [(BAGEL, HERE, 0.9)])] * 3, ([(BAGEL, FAR)], [(BAGEL, FAR, 0.8)]))
    assert "AP is lost above all by" in text
    assert "wrong classes" in text
    assert "Most often taken for another class: 3 of 3 “mug” for “bagel”." in text


def test_the_strongest_causes_come_in_their_own_words() -> None:
    cause = Cause("box size", (), spread=0.5, p_value=1e-9, words="Small ones are missed")
    weak = replace(cause, p_value=0.5, words="Of no matter")
    text = told(([(MUG, HERE)], []), causes=Causes(0.5, 0.5, (cause, weak)))
    assert "Small ones are missed." in text
    assert "Of no matter" not in text


def test_a_class_with_few_objects_and_a_wide_interval_are_warned_of() -> None:
    analysis = make_analysis(make_set(([(MUG, HERE)], [(MUG, HERE, 0.9)])))
    known = replace(analysis.uncertainty, map=Interval(0.5, 0.3, 0.7))
    text = " ".join(summarise(replace(analysis, uncertainty=known)).advice)
    assert "Too few objects to judge a class by" in text
    assert "mAP is known to ±0.20 only" in text


def test_without_objects_there_is_nothing_to_say() -> None:
    summary = summarise(make_analysis(make_set(([], [(MUG, HERE, 0.9)]))))
    assert summary.accuracy[0].startswith("No object is labelled")
    assert summary.mistakes == ()


def test_without_detections_all_is_missed() -> None:
    text = told(([(MUG, HERE)], []))
    assert "0 of 1 objects are found (0%); nothing at all is detected." in text
    assert "add pictures like the worst ones of the report" in text  # a terminal shows none
    assert "No threshold is better" in text


@pytest.mark.parametrize("name", ["x" * 500, "a\nb\u202e"])
def test_a_strangers_name_is_shortened(name: str) -> None:
    summary = summarise(make_analysis(make_scene(["mug", name], images=20)))
    sentences = (*summary.accuracy, *summary.mistakes, *summary.advice)
    assert any("…" in sentence or "“a b”" in sentence for sentence in sentences)
    assert all(len(sentence) < 400 and "\u202e" not in sentence for sentence in sentences)

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from report_builders import make_analysis, make_set, make_subject

from tfodkit.evaluation_report.worst_pictures import MOST_TOLD, show_worst

BAGEL, MUG = 1, 2
LEFT, RIGHT, LOW = (5, 5, 35, 35), (60, 5, 95, 35), (5, 60, 35, 95)


def grey(places):
    return ((place, Image.new("RGB", (100, 100), (120, 120, 120))) for place in places)


def test_missed_objects_of_a_class_are_told_in_one_line(tmp_path: Path) -> None:
    images = make_set(([(MUG, LEFT), (BAGEL, RIGHT), (MUG, LOW)], [(BAGEL, LOW, 0.9), (BAGEL, (50, 50, 90, 90), 0.8)]))
    (shown,) = show_worst(make_analysis(images), make_subject(), tmp_path, tmp_path)
    told = [(flaw.numbers, flaw.name, flaw.words.translate({0x2068: None, 0x2069: None})) for flaw in shown.flaws]
    assert told == [
        ("1", "bagel", "not found"),
        ("2", "mug", "not found"),
        ("3", "bagel", "is labelled mug"),
        ("4", "bagel", "lies where nothing is labelled"),
    ]
    assert shown.words == "2 missed, 2 wrong"
    images = make_set(([(MUG, LEFT), (BAGEL, RIGHT), (MUG, LOW)], []))
    (shown,) = show_worst(make_analysis(images), make_subject(), tmp_path, tmp_path)
    assert [(flaw.numbers, flaw.name) for flaw in shown.flaws] == [("1", "bagel"), ("2–3", "mug")]


def test_of_very_many_mistakes_the_rest_is_counted(tmp_path: Path) -> None:
    found = [(MUG, LEFT, 0.99 - number / 100) for number in range(MOST_TOLD + 5)]
    (shown,) = show_worst(make_analysis(make_set(([], found))), make_subject(), tmp_path, tmp_path)
    assert len(shown.flaws) == MOST_TOLD
    assert shown.unlisted == 5


def test_a_picture_that_is_not_at_hand_is_told_without_it(tmp_path: Path) -> None:
    images = make_set(([(MUG, LEFT)], []), ([(MUG, LEFT)], []))
    subject = replace(make_subject(), pictures=lambda places: grey([place for place in places if place == 1]))
    first, second = show_worst(make_analysis(images), subject, tmp_path, tmp_path)
    assert (first.labelled, first.file, second.file) == ("", "", "worst/02_1.jpg")
    assert second.labelled.startswith("data:image/jpeg")
    assert [path.name for path in (tmp_path / "worst").iterdir()] == ["02_1.jpg"]


@pytest.mark.parametrize(
    ("path", "link"),
    [("photos/a b#1.jpg", "../photos/a%20b%231.jpg"), ("report/x.jpg", "x.jpg"), ("광.jpg", "../%EA%B4%91.jpg")],
)
def test_links_are_as_seen_from_the_page(tmp_path: Path, path: str, link: str) -> None:
    subject = make_subject(paths=[tmp_path / path])
    images = make_set(([(MUG, LEFT)], []))
    (shown,) = show_worst(make_analysis(images), subject, tmp_path, tmp_path / "report")
    assert shown.link == link


def test_pictures_are_asked_for_in_ascending_order_and_shown_in_that_of_their_cost(tmp_path: Path) -> None:
    asked = []
    subject = replace(make_subject(), pictures=lambda places: asked.extend(places) or grey(places))
    images = make_set(([(MUG, LEFT)], []), ([], []), ([(MUG, LEFT), (MUG, RIGHT)], []))
    shown = show_worst(make_analysis(images), subject, tmp_path, tmp_path)
    assert asked == [0, 2]
    assert [one.name for one in shown] == ["2.jpg", "0.jpg"]
    assert [one.file for one in shown] == ["worst/01_2.jpg", "worst/02_0.jpg"]

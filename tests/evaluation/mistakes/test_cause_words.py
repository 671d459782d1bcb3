"""The sentences themselves, of counts that are given."""

from tfodkit.evaluation.mistakes.cause_words import no_cause_words, strong_cause_words
from tfodkit.evaluation.mistakes.qualities import Group
from tfodkit.evaluation.mistakes.values import Bin, Cause, Causes


def words(*counts: tuple[int, int, int]) -> str:
    """Of groups called 0, 1 …, of objects, correct and misclassified."""
    return strong_cause_words(
        [
            (Group(str(number), f"objects of group {number}", f"Advice {number}."), Bin(str(number), *each))
            for number, each in enumerate(counts)
        ]
    )


def test_the_worst_of_two_groups_is_named() -> None:
    expected = "are missed: 40% of them are found, of the others 90%."
    assert words((10, 4, 0), (100, 90, 0)) == f"Objects of group 0 {expected} Advice 0."
    assert words((100, 90, 0), (10, 4, 0)) == f"Objects of group 1 {expected} Advice 1."


def test_a_few_objects_weigh_less_than_many() -> None:
    assert words((12, 6, 0), (300, 180, 0), (1000, 900, 0)).startswith("Objects of group 2 fare best: 90% of them")
    assert words((12, 6, 0), (900, 540, 0), (400, 360, 0), (800, 720, 0)).startswith("Objects of group 1 are missed: ")


def test_the_others_are_all_that_are_left_together() -> None:
    assert "of the others 75%" in words((100, 20, 0), (100, 60, 0), (100, 90, 0))


def test_missed_or_taken_for_others_is_what_there_is_more_of() -> None:
    assert words((100, 40, 20), (100, 90, 0)).startswith("Objects of group 0 are missed: ")
    assert words((100, 40, 50), (100, 90, 0)) == (
        "Objects of group 0 are taken for other classes: 50% of them, of the others 0%. Advice 0."
    )
    # many are misclassified, but no more than of the others
    assert words((100, 40, 40), (100, 60, 40)).startswith("Objects of group 0 are missed: ")


def test_no_effect_is_told_with_its_bounds() -> None:
    bins = [Bin("a", 100, 85, 0), Bin("b", 50, 41, 0), Bin("c", 10, 9, 0)]
    assert no_cause_words(bins) == "No clear effect: 82% to 90% of the objects are found."
    assert no_cause_words(bins[:1]) == no_cause_words([]) == "Too few objects to tell."


def test_the_strongest_causes_are_no_accident_and_make_ten_points() -> None:
    def cause(spread: float, p_value: float) -> Cause:
        return Cause("quality", (), spread, p_value, "")

    strong = (cause(0.1, 0.002), cause(0.5, 0.0001))
    weak = (cause(0.099, 0.0001), cause(0.5, 0.0025))  # of four causes, a chance of 0.01 in all
    assert Causes(0.5, 0.5, (*strong, *weak)).strongest == strong

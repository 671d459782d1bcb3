import signal

from tfodkit.errors import DataError, Interrupted, Problem, UsageError


def test_a_message_has_four_parts() -> None:
    error = DataError("images/a.xml:17", 'object 3 "cat": xmax 410 > width 400', "Fix the box.")
    assert str(error) == 'images/a.xml:17: object 3 "cat": xmax 410 > width 400. Fix the box.'


def test_twenty_problems_are_shown_and_the_rest_counted() -> None:
    error = DataError.collect(Problem(f"{number}.xml", "broken", "Mend it.") for number in range(25))
    lines = str(error).splitlines()
    assert (len(lines), lines[0], lines[-1]) == (21, "0.xml: broken. Mend it.", "… and 5 more.")
    assert len(error.problems) == 25


def test_exit_codes_tell_usage_from_data() -> None:
    assert (UsageError("a", "b", "c").exit_code, DataError("a", "b", "c").exit_code) == (2, 1)


def test_an_interrupted_run_ends_as_a_shell_expects() -> None:
    codes = [Interrupted("a", "b", "c", signal_number=number).exit_code for number in (signal.SIGINT, signal.SIGTERM)]
    assert codes == [130, 143]

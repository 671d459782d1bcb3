import pytest

from tfodkit.errors import UsageError
from tfodkit.training.cadence import Cadence


@pytest.mark.parametrize(
    ("text", "cadence", "words"),
    [
        ("100", Cadence(100), "100 steps"),
        (7, Cadence(7), "7 steps"),
        ("2e", Cadence(2, "epochs"), "2 epochs"),
        ("0.5m", Cadence(0.5, "minutes"), "0.5 minutes"),
        ("1m", Cadence(1, "minutes"), "1 minute"),
    ],
)
def test_a_cadence_is_read_and_told(text: str | int, cadence: Cadence, words: str) -> None:
    assert Cadence.parse(text, "--eval-every") == cadence
    assert str(cadence) == words


@pytest.mark.parametrize("text", ["", "0", "0m", "-5", "1.5", "2h", "ten", "5 m", "1e3", "²"])
def test_what_is_no_cadence_is_refused(text: str) -> None:
    message = r"^--eval-every: must be steps \(100\), epochs \(2e\) or minutes \(10m\), more than none, but got '"
    with pytest.raises(UsageError, match=message):
        Cadence.parse(text, "--eval-every")


def test_epochs_must_be_made_steps_first() -> None:
    with pytest.raises(ValueError, match="must be made one in steps first"):
        Cadence(2, "epochs").is_due(1, seconds=0)

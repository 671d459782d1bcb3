from __future__ import annotations

import pytest

from tfodkit.errors import UsageError
from tfodkit.inference.options import DetectOptions
from tfodkit.inference.views import View


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"threshold": 50}, r"--threshold: must be 0 to 1, but got 50\. Scores are shares"),
        ({"thresholds": {"mug": -0.1}}, r"--thresholds mug: must be 0 to 1, but got -0\.1"),
        ({"threshold": float("nan")}, r"--threshold: must be 0 to 1, but got nan"),
        ({"top": 0}, r"--top: must be 1 or more, but got 0"),
        ({"batch": 0}, r"--batch: must be 1 or more, but got 0"),
        ({"tile": -640}, r"--tile: must be 1 or more, but got -640"),
        ({"tile": 640, "overlap": 1.0}, r"--overlap: must be 0 to below 1, but got 1\.0"),
        ({"overlap": 0.2}, r"--overlap: there are no tiles without --tile"),
        ({"scales": (1.5, 0.0)}, r"--scale: must be above 0, but got 0\.0"),
        ({"weights": (1.0, float("inf"))}, r"--weights: must be above 0, but got inf"),
    ],
)
def test_what_can_not_be_meant_is_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        DetectOptions(**options)


def test_views_are_all_scales_both_ways_the_picture_itself_first() -> None:
    assert DetectOptions().views == (View(),)
    assert DetectOptions(flip=True, scales=(1.5, 1.5, 1.0)).views == (
        View(),
        View(False, 1.5),
        View(True),
        View(True, 1.5),
    )

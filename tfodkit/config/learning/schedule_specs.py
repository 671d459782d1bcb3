"""What ``--schedule`` takes: the schedules by their usual names, and the parameters of each.

===============  ====================================================================================================
schedule         the learning rate
===============  ====================================================================================================
``constant``     stays
``exponential``  is multiplied by ``decay_factor`` (0.95) every ``decay_steps`` (so that 1 % is left at the end), in
                 stairs unless ``staircase=false``; before that it may stay ``burn_in`` steps at ``burn_in_rate`` (1/3);
                 never falls below ``lowest`` (0)
``multi-step``   rises over ``warm_up`` (0.05) from a third; is multiplied by ``factor`` (0.1) ``at`` each of these
                 steps (2/3 and 8/9, as Detectron's 60,000 and 80,000 of 90,000)
``cosine``       rises over ``warm_up`` (0.05) from ``warm_up_from`` (1/3), stays for ``hold`` (0), falls to 0
``one-cycle``    rises over ``warm_up`` (0.3) from ``warm_up_from`` (1/25), falls to 0 by a cosine
===============  ====================================================================================================

Durations below 1 are shares of the run; from 1 on they are steps. Rates are shares of the learning rate.

``one-cycle`` is the cosine with a long warm-up, which is all that the Object Detection API can express of Smith and
Topin, "Super-Convergence" (2018, arXiv:1708.07120). There the rate falls in a straight line as it rose, and then for a
last tenth of the run to far below its start; and the momentum falls while the rate rises. Here the momentum stays.
"""

from __future__ import annotations

from typing import Any

from tfodkit.config.option_values import LARGEST_COUNT, UnfitOptionError, as_number, boolean, number
from tfodkit.config.spec import Kinds, Many


def duration(given: Any) -> float:
    """A share of the run below 1, or a whole number of steps."""
    value = as_number(given)
    if not 0 <= value <= LARGEST_COUNT or (value >= 1 and value != int(value)):
        what = f"must be a share of the run below 1, or a whole number of steps, but got {given!r}"
        raise UnfitOptionError(what, "Give 0.05 or 500, for example.")
    return value


_SHARE = number(0, 1, example="0.1")
_FACTOR = number(0, 1, example="0.1", without_least=True, without_most=True)

SCHEDULES: Kinds = {
    "constant": {},
    "exponential": {
        "decay_factor": _FACTOR,
        "decay_steps": duration,
        "staircase": boolean,
        "burn_in": duration,
        "burn_in_rate": number(0, 1, example="0.1", without_least=True),
        "lowest": _SHARE,
    },
    "multi-step": {"warm_up": duration, "at": Many(duration), "factor": _FACTOR},
    "cosine": {"warm_up": duration, "warm_up_from": _SHARE, "hold": duration},
    "one-cycle": {"warm_up": duration, "warm_up_from": _SHARE},
}


def steps_in(value: float, steps: int) -> int:
    """How many steps a :func:`duration` is of a run of ``steps``."""
    return round(value * steps) if value < 1 else int(value)

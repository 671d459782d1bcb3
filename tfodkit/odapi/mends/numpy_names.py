"""Names that NumPy has dropped."""

from __future__ import annotations

import numpy as np

REMOVED_NAMES = {
    # 1.24, aliases of the builtins
    "float": float,
    "int": int,
    "object": object,
    # 2.0
    "NAN": np.nan,
    "string_": np.bytes_,
}


def set_removed_names() -> None:
    """``np.float``, ``np.int``, ``np.object`` (removed in 1.24), ``np.NAN``, ``np.string_`` (2.0), as they were.

    Needed by ``utils.metrics`` (Pascal VOC and Open Images metrics), ``metrics.tf_example_parser``,
    ``nets.mobilenet.mobilenet_v3`` and lvis. They are set on NumPy itself: several of the uses run while the module
    loads, and no name that exists is replaced.
    """
    for name, value in REMOVED_NAMES.items():
        if name not in vars(np):
            setattr(np, name, value)

"""Which variables learn: ``freeze_variables`` and ``update_trainable_variables``, which the API reads in TF1 alone.

Both are patterns that are held against the start of a variable's name. In TensorFlow 1 that name was unique and told
the variable's place; in TensorFlow 2 it is neither (``conv/kernel:0`` is in every tower), so the name here is the way
to the variable in the model, as a checkpoint has it: ``_feature_extractor/classification_backbone/…``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tfodkit.errors import ConfigError
from tfodkit.odapi.variables import variable_paths


def trained_variables(model: Any, train_config: Any) -> list[Any]:
    """The trainable variables of ``model`` that are to learn, in the model's order.

    Raises:
        ConfigError: a pattern is broken or matches no variable, or nothing is left to learn.
    """
    variables = list(model.trainable_variables)
    if not (train_config.freeze_variables or train_config.update_trainable_variables):
        return variables
    paths = {id(variable): path for path, variable in variable_paths(model).items()}
    named = {paths[id(variable)]: variable for variable in variables}
    learning = _matching(named, train_config.update_trainable_variables, "update_trainable_variables") or set(named)
    frozen = _matching(named, train_config.freeze_variables, "freeze_variables")
    if not learning - frozen:
        what = "freeze_variables leaves no variable to learn"
        raise ConfigError("train_config.freeze_variables", what, "Freeze less of the model.")
    return [variable for path, variable in named.items() if path in learning - frozen]


def _matching(named: Mapping[str, Any], patterns: Any, field: str) -> set[str]:
    found = set()
    for pattern in patterns:
        try:
            matching = {path for path in named if re.match(pattern, path)}
        except re.error as error:
            what = f"{pattern!r} is no regular expression ({error})"
            raise ConfigError(f"train_config.{field}", what, "Mend the pattern.") from error
        if not matching:
            what = f"{pattern!r} matches no variable of the model, whose first is {next(iter(named))}"
            raise ConfigError(f"train_config.{field}", what, "Take the start of a variable's path.")
        found |= matching
    return found

"""Runs a SavedModel: ours, one of upstream's TF2 exporter, or one of the model zoo."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tfodkit.errors import ExportError
from tfodkit.inference.runtime import OUTPUTS, ModelOutputs, import_tensorflow

SIGNATURE = "serving_default"


class SavedModelRuntime:
    """The signature ``serving_default`` of a SavedModel folder, which takes one ``uint8 [batch, height, width, 3]``."""

    def __init__(self, folder: Path) -> None:
        """Load it.

        Raises:
            ExportError: it is damaged, or its signature is not that of a detector of pictures.
        """
        tf = import_tensorflow()
        try:
            # Kept: the signature alone does not keep the variables alive.
            self._loaded = tf.saved_model.load(str(folder))
            self._signature = self._loaded.signatures[SIGNATURE]
        except (OSError, ValueError, KeyError, tf.errors.OpError) as error:
            raise _refused(folder, f"can't be loaded as a SavedModel ({str(error).splitlines()[0]})") from error
        inputs = self._signature.structured_input_signature[1]
        missing = [name for name in OUTPUTS if name not in self._signature.structured_outputs]
        if missing:
            raise _refused(folder, f"is no detector: its signature lacks {', '.join(missing)}")
        if len(inputs) != 1 or next(iter(inputs.values())).dtype != tf.uint8:
            raise _refused(folder, f"takes {', '.join(sorted(inputs))}, not one uint8 picture")
        self._input = next(iter(inputs))

    def run(self, images: NDArray[np.uint8]) -> list[ModelOutputs]:
        """The outputs for RGB pictures of one size, ``[batch, height, width, 3]``."""
        tensors = self._signature(**{self._input: import_tensorflow().constant(images)})
        return ModelOutputs.from_batch({name: tensors[name].numpy() for name in OUTPUTS})


def _refused(folder: Path, what: str) -> ExportError:
    return ExportError(str(folder), what, "Export the model again, for image tensors: tfodkit export RUN -o FOLDER.")

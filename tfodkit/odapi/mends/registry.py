"""The table of mends: what is missing, which function mends it, and when that function runs.

Each function's docstring names the symbol, the release that removed it, and what still needs it. All are idempotent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from tfodkit.odapi import import_hook, quiet
from tfodkit.odapi.mends import backbones, coco, drawing, features, numpy_names, stand_ins, tensorflow_names


class When(Enum):
    """When a mend is laid, which is also what its function is given."""

    BEFORE_TENSORFLOW = "before TensorFlow is imported"
    AFTER_TENSORFLOW = "after TensorFlow is imported"
    AROUND_LOAD = "while the module loads: the function returns a context manager"
    AFTER_LOAD = "when the module has been loaded: the function is given the module"


@dataclass(frozen=True, slots=True)
class Mend:
    """One incompatibility and its mend.

    ``name`` is the symbol that is missing or has changed; ``module`` is the foreign module that is mended while or
    after it loads, and empty for a mend of the whole process.
    """

    name: str
    when: When
    function: Callable[..., Any]
    module: str = ""

    def __post_init__(self) -> None:
        if bool(self.module) != (self.when in (When.AROUND_LOAD, When.AFTER_LOAD)):
            raise ValueError(f"module must be set for mends on load and only for them, but {self.name!r} is not so")


MENDS: tuple[Mend, ...] = (
    Mend("Keras 2 as tf.keras", When.BEFORE_TENSORFLOW, tensorflow_names.ask_for_keras_2),
    Mend("tf.compat.v1.estimator", When.AFTER_TENSORFLOW, tensorflow_names.set_estimator),
    Mend("control_flow_ops.case/cond/while_loop", When.AFTER_TENSORFLOW, tensorflow_names.set_control_flow_ops),
    Mend("np.float/int/object/NAN/string_", When.AFTER_TENSORFLOW, numpy_names.set_removed_names),
    Mend("ImageFont.getsize", When.AFTER_TENSORFLOW, drawing.set_font_getsize),
    Mend(
        "FigureCanvasAgg.tostring_rgb",
        When.AFTER_LOAD,
        drawing.set_canvas_tostring_rgb,
        "object_detection.utils.visualization_utils",
    ),
    Mend(
        "np.fromstring of bytes",
        When.AFTER_LOAD,
        drawing.read_binary_strings,
        "object_detection.utils.visualization_utils",
    ),
    Mend(
        "tensorflow_io",
        When.AROUND_LOAD,
        stand_ins.tensorflow_io,
        "object_detection.meta_architectures.deepmac_meta_arch",
    ),
    Mend(
        "keras.applications.resnet of Keras 2",
        When.AROUND_LOAD,
        stand_ins.keras_applications,
        "object_detection.models.keras_models.resnet_v1",
    ),
    Mend("Int64List of booleans", When.AFTER_LOAD, features.cast_to_int64, "object_detection.utils.dataset_util"),
    Mend(
        "array != []",
        When.AFTER_LOAD,
        features.accept_box_arrays,
        "object_detection.dataset_tools.seq_example_util",
    ),
    Mend(
        "COCOeval.category_stats",
        When.AFTER_LOAD,
        coco.set_category_stats,
        "object_detection.metrics.coco_tools",
    ),
    Mend("the root logger's handler of lvis", When.AFTER_LOAD, quiet.remove_lvis_handler, "lvis"),
    Mend(
        "CenterNet MobileNetV2's download",
        When.AFTER_LOAD,
        backbones.build_without_download,
        "object_detection.models.center_net_mobilenet_v2_feature_extractor",
    ),
    Mend(
        "CenterNet MobileNetV2 FPN's download",
        When.AFTER_LOAD,
        backbones.build_without_download,
        "object_detection.models.center_net_mobilenet_v2_fpn_feature_extractor",
    ),
)


def lay(when: When) -> None:
    """Lay the mends of that moment; those on load are registered, and laid when their module loads. Idempotent."""
    for mend in MENDS:
        if mend.when is not when:
            continue
        if when is When.AROUND_LOAD:
            import_hook.around_load(mend.module, mend.function)
        elif when is When.AFTER_LOAD:
            import_hook.after_load(mend.module, mend.function)
        else:
            mend.function()

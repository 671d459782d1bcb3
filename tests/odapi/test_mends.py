"""Each mend by what it is for: the upstream code that fails without it."""

from __future__ import annotations

import logging
import subprocess
import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tfodkit.odapi.import_hook import stand_in
from tfodkit.odapi.install import install
from tfodkit.odapi.mends import MENDS, Mend, When
from tfodkit.odapi.quiet import LVIS_FORMAT, remove_lvis_handler

pytestmark = pytest.mark.tensorflow

RED, MID_GREY = (1.0, 0.0, 0.0), (0.5, 0.5, 0.5)


@pytest.fixture(autouse=True, scope="module")
def bridge() -> None:
    install()


def test_every_mend_has_a_test_and_says_what_it_is_for() -> None:
    for mend in MENDS:
        assert f"test_{mend.function.__name__}" in globals(), mend.name
        assert mend.function.__doc__, mend.name
    assert len({mend.name for mend in MENDS}) == len(MENDS)


def test_a_mend_on_load_names_its_module() -> None:
    with pytest.raises(ValueError, match="module must be set for mends on load and only for them"):
        Mend("nothing", When.AFTER_LOAD, print)


def test_ask_for_keras_2() -> None:
    import tensorflow as tf

    assert tf.keras.layers.Layer.__module__.startswith("tf_keras.")
    assert issubclass(tf.compat.v1.keras.Model, tf.keras.Model)


def test_set_estimator() -> None:
    from object_detection import inputs

    assert inputs.tf_estimator.ModeKeys.EVAL == "eval"
    # upstream's predict input asks for the mode by this name
    assert inputs.tf_estimator.ModeKeys.PREDICT == "infer"


def test_set_control_flow_ops() -> None:
    import tensorflow as tf
    from tf_slim.data import tfexample_decoder

    image = tfexample_decoder.Image(image_key="bytes", format_key="format", shape=(2, 3, 3))
    drawn = np.arange(18, dtype=np.uint8).reshape(2, 3, 3)
    keys = {"bytes": tf.io.encode_png(drawn), "format": tf.constant("png")}
    np.testing.assert_array_equal(image.tensors_to_item(keys), drawn)


def test_set_removed_names() -> None:
    import tensorflow as tf
    from object_detection.metrics import tf_example_parser
    from object_detection.utils import dataset_util, metrics

    scores, is_positive = np.array([0.9, 0.5, 0.1]), np.array([True, False, True])
    precision, recall = metrics.compute_precision_recall(scores, is_positive, 2)
    np.testing.assert_allclose(precision, [1, 1 / 2, 2 / 3])
    np.testing.assert_allclose(recall, [0.5, 0.5, 1])
    assert np.isnan(metrics.compute_average_precision(None, None))

    sides = {"xmin": 0.1, "ymin": 0.2, "xmax": 0.3, "ymax": 0.4}
    feature = {name: dataset_util.float_list_feature([value]) for name, value in sides.items()}
    parsed = tf_example_parser.BoundingBoxParser(*sides).parse(tf.train.Example(features={"feature": feature}))
    np.testing.assert_allclose(parsed, [[0.2, 0.1, 0.4, 0.3]], rtol=1e-6)
    assert (np.int, np.object, np.string_) == (int, object, np.bytes_)  # type: ignore[attr-defined]


def test_set_font_getsize() -> None:
    from object_detection.utils import visualization_utils

    plain, named = (np.zeros((100, 200, 3), np.uint8) for _ in range(2))
    visualization_utils.draw_bounding_box_on_image_array(plain, 0.3, 0.2, 0.9, 0.8, color="white", thickness=1)
    visualization_utils.draw_bounding_box_on_image_array(
        named, 0.3, 0.2, 0.9, 0.8, color="white", thickness=1, display_str_list=["bagel: 97%"]
    )
    label = named[:30].any(axis=-1)
    assert not plain[:30].any()
    assert 8 <= label.any(axis=1).sum() <= 25, "one line of text above the box"
    assert 30 <= label.any(axis=0).sum() <= 120, "as wide as ten letters"


def drawn_by(summary: str, monkeypatch: pytest.MonkeyPatch, **arguments: Any) -> np.ndarray[Any, Any]:
    """The picture that upstream's plot hands to ``tf.summary.image``."""
    import matplotlib.pyplot as plt
    import tensorflow.compat.v1 as tf
    from object_detection.utils import visualization_utils

    images: list[Any] = []
    monkeypatch.setattr(tf.summary, "image", lambda _name, image: images.append(image))
    getattr(visualization_utils, summary)(name="plot", **arguments)
    plt.close("all")
    return np.asarray(images[0])


def test_set_canvas_tostring_rgb(monkeypatch: pytest.MonkeyPatch) -> None:
    image = drawn_by("add_cdf_image_summary", monkeypatch, values=np.linspace(1, 2, 50, dtype=np.float32))
    assert (image.shape, image.dtype) == ((1, 480, 640, 3), np.uint8)
    blue = (image[0].astype(int) @ [-1, -1, 2]) > 100
    assert 200 < blue.sum() < 20_000, "a line, in matplotlib's first colour, and not its mirror image in another"


def test_read_binary_strings(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.array([0.1, 0.1, 0.9])
    image = drawn_by("add_hist_image_summary", monkeypatch, values=values, bins=np.linspace(0, 1, 5))
    assert image.shape == (1, 480, 640, 3)
    from object_detection.utils import visualization_utils

    assert visualization_utils.np.fromstring(b"\x01\x02", dtype="uint8").tolist() == [1, 2]
    assert visualization_utils.np.linspace is np.linspace


def test_tensorflow_io() -> None:
    from object_detection.meta_architectures import deepmac_meta_arch

    convert = deepmac_meta_arch.tfio.experimental.color.rgb_to_lab
    lab = convert(np.array([[RED, MID_GREY]], np.float32)).numpy()
    # sRGB red as tensorflow_io 0.37.1 converts it; half grey has no colour
    np.testing.assert_allclose(lab, [[[53.240585, 80.09231, 67.20274], [53.389, 0, 0]]], atol=0.02)
    assert "tensorflow_io" not in sys.modules


def test_keras_applications() -> None:
    import tensorflow as tf
    from object_detection.models.keras_models import resnet_v1

    backbone = resnet_v1.resnet_v1_18(weights=None, include_top=False, input_shape=(64, 64, 3))
    assert isinstance(backbone, tf.keras.Model)
    assert backbone.output_shape == (None, 2, 2, 512)
    assert "keras.applications" not in sys.modules


def test_cast_to_int64() -> None:
    from object_detection.utils import dataset_util

    assert dataset_util.int64_feature(True).int64_list.value == [1]
    assert dataset_util.int64_list_feature([np.True_, False, np.int32(7)]).int64_list.value == [1, 0, 7]


def test_accept_box_arrays() -> None:
    from object_detection.dataset_tools import seq_example_util

    boxes = [np.array([[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8]]), [], np.zeros((0, 4))]
    ymin, xmin, ymax, xmax = seq_example_util.boxes_to_box_components(boxes)
    assert [len(side) for side in ymin] == [2, 0, 0]
    np.testing.assert_allclose([ymin[0], xmin[0], ymax[0], xmax[0]], np.transpose(boxes[0]), rtol=1e-6)


def coco_evaluator(seed: int = 0) -> Any:
    """Upstream's evaluator with metrics per class, full of random boxes of three classes, one without ground truth."""
    from object_detection.metrics import coco_evaluation

    categories = [{"id": number, "name": name} for number, name in enumerate(("bagel", "mug", "plate"), start=1)]
    evaluator = coco_evaluation.CocoDetectionEvaluator(
        categories, include_metrics_per_category=True, all_metrics_per_category=True
    )
    random = np.random.default_rng(seed)
    for image in range(12):
        corner = random.uniform(0, 300, (6, 2))
        boxes = np.hstack([corner, corner + random.uniform(10, 200, (6, 2))])
        classes = random.integers(1, 3, 6)
        evaluator.add_single_ground_truth_image_info(
            str(image), {"groundtruth_boxes": boxes, "groundtruth_classes": classes}
        )
        evaluator.add_single_detected_image_info(
            str(image),
            {
                "detection_boxes": boxes + random.normal(0, 8, boxes.shape),
                "detection_scores": random.uniform(size=6),
                "detection_classes": np.where(random.uniform(size=6) < 0.8, classes, random.integers(1, 4, 6)),
            },
        )
    return evaluator


def test_set_category_stats(monkeypatch: pytest.MonkeyPatch) -> None:
    from object_detection.metrics import coco_tools
    from pycocotools.cocoeval import COCOeval

    evaluations: list[Any] = []
    mended = coco_tools.COCOEvalWrapper.summarize
    monkeypatch.setattr(
        coco_tools.COCOEvalWrapper, "summarize", lambda self: (evaluations.append(self), mended(self))[1]
    )
    figures = coco_evaluator().evaluate()
    names = [name for name, _ in coco_tools.COCO_METRIC_NAMES_AND_INDEX]
    for number, name in enumerate(("bagel", "mug", "plate"), start=1):
        # the oracle: pycocotools' own summary of one category alone
        alone = COCOeval(evaluations[0].cocoGt, evaluations[0].cocoDt, "bbox")
        alone.params.catIds = [number]
        alone.evaluate()
        alone.accumulate()
        alone.summarize()
        ours = [figures[f"DetectionBoxes_{metric} ByCategory/{name}"] for metric in names]
        np.testing.assert_allclose(ours, alone.stats, atol=1e-12)
        assert figures[f"DetectionBoxes_PerformanceByCategory/mAP/{name}"] == ours[0]
    assert 0.1 < figures["DetectionBoxes_PerformanceByCategory/mAP/mug"] < 0.9
    assert figures["DetectionBoxes_PerformanceByCategory/mAP/plate"] == -1


@pytest.mark.parametrize("variant", ["", "_fpn"])
def test_build_without_download(
    variant: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from importlib import import_module

    extractor = import_module(f"object_detection.models.center_net_mobilenet_v2{variant}_feature_extractor")
    built = extractor.mobilenetv2.mobilenet_v2(
        batchnorm_training=True, alpha=1.0, include_top=False, weights="imagenet"
    )
    assert built.count_params() == 2_257_984  # MobileNetV2 at width 1.0 without its top
    assert "built with random weights, not with the imagenet ones" in caplog.text
    caplog.clear()
    extractor.mobilenetv2.mobilenet_v2(batchnorm_training=True, alpha=0.35, include_top=False, weights=None)
    assert not caplog.text


def test_a_stand_in_is_gone_after_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    real, ours = ModuleType("some_module"), ModuleType("some_module")
    with stand_in("some_module", ours):
        assert sys.modules["some_module"] is ours
    assert "some_module" not in sys.modules
    monkeypatch.setitem(sys.modules, "some_module", real)
    with stand_in("some_module", ours):
        assert sys.modules["some_module"] is ours
    assert sys.modules["some_module"] is real


def test_remove_lvis_handler() -> None:
    root, theirs, ours = logging.getLogger(), logging.StreamHandler(), logging.StreamHandler()
    theirs.setFormatter(logging.Formatter(LVIS_FORMAT))
    before = list(root.handlers)
    try:
        root.handlers += [theirs, ours]
        remove_lvis_handler(logging)
        assert root.handlers == [*before, ours]
    finally:
        root.handlers[:] = before


def test_evaluation_leaves_the_root_logger_as_it_was() -> None:
    program = (
        "import logging; from tfodkit.odapi.install import install; install();"
        "from object_detection.metrics import lvis_evaluation; print(logging.getLogger().handlers)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

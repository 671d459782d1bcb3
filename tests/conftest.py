"""What holds for every test with TensorFlow; and a small detector, enough to save, restore, export and run."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import pytest
from hypothesis import settings

from tests.drawn_weights import save_drawn_weights

settings.register_profile("tfodkit", deadline=None)  # other work on the machine is no failure
settings.load_profile("tfodkit")

# Before any test imports TensorFlow, whichever comes first: the Object Detection API needs Keras 2.
os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

TINY_CLASSES = ("bagel", "mug", "žemľa")
TINY_STEP = 7
TINY_CONFIG = """
model {
  ssd {
    num_classes: 3
    image_resizer { fixed_shape_resizer { height: 96 width: 96 } }
    feature_extractor {
      type: "ssd_mobilenet_v2_keras"
      depth_multiplier: 0.35
      min_depth: 8
      use_depthwise: true
      override_base_feature_extractor_hyperparams: true
      conv_hyperparams {
        activation: RELU_6
        regularizer { l2_regularizer { weight: 0.00004 } }
        initializer { truncated_normal_initializer { stddev: 0.1 } }
        batch_norm { decay: 0.9 scale: true epsilon: 0.001 }
      }
    }
    box_coder { faster_rcnn_box_coder { y_scale: 10 x_scale: 10 height_scale: 5 width_scale: 5 } }
    matcher { argmax_matcher { matched_threshold: 0.5 unmatched_threshold: 0.5 force_match_for_each_row: true } }
    similarity_calculator { iou_similarity {} }
    box_predictor {
      convolutional_box_predictor {
        num_layers_before_predictor: 0
        kernel_size: 1
        box_code_size: 4
        class_prediction_bias_init: -2.0
        conv_hyperparams {
          activation: RELU_6
          regularizer { l2_regularizer { weight: 0.00004 } }
          initializer { random_normal_initializer { stddev: 0.3 } }
          batch_norm { decay: 0.9 scale: true epsilon: 0.001 }
        }
      }
    }
    anchor_generator {
      ssd_anchor_generator { num_layers: 6 min_scale: 0.2 max_scale: 0.95 aspect_ratios: [1.0, 2.0, 0.5] }
    }
    post_processing {
      score_converter: SIGMOID
      batch_non_max_suppression {
        score_threshold: 0.00000001
        iou_threshold: 0.6
        max_detections_per_class: 100
        max_total_detections: 100
      }
    }
    loss {
      localization_loss { weighted_smooth_l1 {} }
      classification_loss { weighted_sigmoid_focal { gamma: 2.0 alpha: 0.75 } }
      classification_weight: 1.0
      localization_weight: 1.0
    }
    encode_background_as_zeros: true
  }
}
train_config {
  batch_size: 2
  num_steps: 10
  optimizer {
    use_moving_average: false
    momentum_optimizer { learning_rate { constant_learning_rate { learning_rate: 0.01 } } }
  }
}
train_input_reader { label_map_path: "label_map.pbtxt" tf_record_input_reader { input_path: "absent.record" } }
eval_config { metrics_set: "coco_detection_metrics" }
eval_input_reader { label_map_path: "label_map.pbtxt" tf_record_input_reader { input_path: "absent.record" } }
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where TensorFlow runs, warnings are errors only when raised in our own code: its dependencies raise dozens."""
    for item in items:
        if item.get_closest_marker("tensorflow") or item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.filterwarnings("ignore", "error:::tfodkit"))


@pytest.fixture(scope="session")
def tiny_config() -> str:
    """The text of a ``pipeline.config`` for an SSD MobileNet V2 of 96 pixels and 3 classes; its records are absent."""
    return TINY_CONFIG


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run directory whose best checkpoint holds the tiny detector, with seeded weights that give scores all over."""
    run = tmp_path_factory.mktemp("tiny") / "run"
    (run / "best").mkdir(parents=True)
    (run / "pipeline.config").write_text(TINY_CONFIG)
    items = (f'item {{ name: "{name}" id: {number} }}\n' for number, name in enumerate(TINY_CLASSES, start=1))
    (run / "label_map.pbtxt").write_text("".join(items), encoding="utf-8")
    save_drawn_weights(TINY_CONFIG, run / "best", step=TINY_STEP)
    return run


@pytest.fixture(scope="session")
def tiny_export(tiny_run: Path) -> Path:
    """The export folder of ``tiny_run``, but for the forms whose few bits drawn weights do not stand."""
    from tfodkit.exporting import ExportOptions, export
    from tfodkit.exporting.forms import FORMS

    names = {form.format.name for form in FORMS} - {"tflite_float16", "tflite_dynamic", "tflite_int8"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return export(tiny_run, tiny_run.parent / "exported", options=ExportOptions(formats=tuple(names))).path


@pytest.fixture(scope="session")
def drawn_records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A records folder of the example's six classes: 24 pictures of 160 x 120 pixels, an odd 5 of them to validate."""
    from tfodkit.dataset.shares import SplitShares
    from tfodkit.example import draw_example
    from tfodkit.records import RecordOptions, make_records

    folder = tmp_path_factory.mktemp("drawn")
    draw_example(folder / "pictures", images=24, size=(160, 120))
    make_records(folder / "pictures", folder / "records", RecordOptions(shares=SplitShares(19 / 24, 5 / 24)))
    return folder / "records"


@pytest.fixture(scope="session")
def drawn_config(drawn_records: Path, tiny_config: str) -> Path:
    """A ``pipeline.config`` that trains the tiny detector on the drawn records: 6 steps of 4 pictures."""
    from tfodkit.config import PipelineOptions, make_config

    template = drawn_records.parent / "tiny.config"
    template.write_text(tiny_config)
    options = PipelineOptions(steps=6, batch_size=4)
    return make_config(str(template), drawn_records, drawn_records.parent / "pipeline.config", options).path

"""Fields of a config that TensorFlow 2's loop reads no more, so that whoever turns them waits for nothing.

Read off the Object Detection API 2.8.0's ``model_lib_v2``, ``inputs`` and builders.
"""

from __future__ import annotations

from tfodkit.config.lane import Lane, lane_of
from tfodkit.config.pipeline import Message

DEAD_TRAIN = (
    "batch_queue_capacity",
    "bias_grad_multiplier",
    "freeze_variables",
    "keep_checkpoint_every_n_hours",
    "num_batch_queue_threads",
    "prefetch_queue_capacity",
    "replicas_to_aggregate",
    "startup_delay_steps",
    "summarize_gradients",
    "sync_replicas",
    "update_trainable_variables",
)
DEAD_EVAL = (
    "eval_instance_masks",
    "eval_interval_secs",
    "groundtruth_box_visualization_color",
    "ignore_groundtruth",
    "keep_image_id_for_visualization_export",
    "max_evals",
    "num_examples",
    "save_graph",
    "skip_labels",
    "skip_scores",
    "use_dummy_loss_in_eval",
    "visualization_export_dir",
    "visualize_groundtruth_boxes",
)
DEAD_READER = ("min_after_dequeue", "prefetch_size", "queue_capacity")

# Alive, but wrong here. bfloat16: for TPUs; on a GPU or CPU the input is cast to it and the model's variables are not.
# Metrics by category: pycocotools gives none, and evaluation ends with "Category stats do not exist".
TPU_ONLY = ("use_bfloat16",)
CRASHING_EVAL = ("all_metrics_per_category", "include_metrics_per_category")


def clear_dead_knobs(pipeline: Message) -> list[str]:
    """Take them out, in place; the names of those that were set, as ``train_config.sync_replicas``, sorted.

    None is taken out of a config for TensorFlow 1, whose loop reads them.
    """
    if lane_of(pipeline) is Lane.TF1:
        return []
    cleared = _clear(pipeline.train_config, "train_config", DEAD_TRAIN + TPU_ONLY)
    cleared += _clear(pipeline.eval_config, "eval_config", DEAD_EVAL + CRASHING_EVAL)
    cleared += _clear(pipeline.train_input_reader, "train_input_reader", DEAD_READER)
    for reader in pipeline.eval_input_reader:
        cleared += _clear(reader, "eval_input_reader", DEAD_READER)
    return sorted(set(cleared))


def dead_knobs_set(pipeline: Message) -> list[str]:
    """A sentence on those that are set, which :func:`clear_dead_knobs` would take out; none where none is."""
    copy = type(pipeline)()
    copy.CopyFrom(pipeline)
    dead = clear_dead_knobs(copy)
    return [f"set, but without effect or harmful in TensorFlow 2 off TPUs: {', '.join(dead)}"] if dead else []


def _clear(message: Message, name: str, fields: tuple[str, ...]) -> list[str]:
    were_set = {field.name for field, _ in message.ListFields()}
    cleared = [field for field in fields if field in were_set]
    for field in cleared:
        message.ClearField(field)
    return [f"{name}.{field}" for field in cleared]

"""Fields of a config that TensorFlow 2's loop reads no more, so that whoever turns them waits for nothing.

Read off the Object Detection API 2.8.0's ``model_lib_v2``, ``inputs`` and builders. ``freeze_variables`` and
``update_trainable_variables``, which it does not read either, are not among them: our own loop does.
"""

from __future__ import annotations

from tfodkit.config.lane import Lane, lane_of
from tfodkit.config.pipeline import Message

DEAD_TRAIN = (
    "batch_queue_capacity",
    "bias_grad_multiplier",
    "keep_checkpoint_every_n_hours",
    "num_batch_queue_threads",
    "prefetch_queue_capacity",
    "replicas_to_aggregate",
    "startup_delay_steps",
    "summarize_gradients",
    "sync_replicas",
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
TPU_ONLY = ("use_bfloat16",)


def clear_dead_knobs(pipeline: Message) -> list[str]:
    """Take them out, in place; the names of those that were set, as ``train_config.sync_replicas``, sorted.

    None is taken out of a config for TensorFlow 1, whose loop reads them.
    """
    if lane_of(pipeline) is Lane.TF1:
        return []
    cleared = _clear(pipeline.train_config, "train_config", DEAD_TRAIN + TPU_ONLY)
    cleared += _clear(pipeline.eval_config, "eval_config", DEAD_EVAL)
    cleared += _clear(pipeline.train_input_reader, "train_input_reader", DEAD_READER)
    for reader in pipeline.eval_input_reader:
        cleared += _clear(reader, "eval_input_reader", DEAD_READER)
    return sorted(set(cleared))


def _clear(message: Message, name: str, fields: tuple[str, ...]) -> list[str]:
    were_set = {field.name for field, _ in message.ListFields()}
    cleared = [field for field in fields if field in were_set]
    for field in cleared:
        message.ClearField(field)
    return [f"{name}.{field}" for field in cleared]

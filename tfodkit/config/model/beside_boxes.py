"""What a model learns beside boxes, keypoints and masks, held to what records have.

A keypoint task wants a label map that names the keypoints of its class, and readers that ask for ``num_keypoints`` want
as many of every object in every record; where they are not there, training ends at its first batch. The published
keypoint configurations leave the path of that label map to be filled in.
"""

from __future__ import annotations

from tfodkit.config.pipeline import PLACEHOLDER, Message

_FLIP = "keypoint_flip_permutation"
_EVALUATION = ("keypoint_edge", "parameterized_metric")


def leave_out_keypoints(pipeline: Message) -> str | None:
    """Make a model of boxes out of one whose keypoints no label map names, in place.

    Whoever names a label map for the keypoints keeps all of it.

    Returns:
        What was left out, for people; None where there was nothing.
    """
    model = pipeline.model.center_net
    if model.keypoint_estimation_task and PLACEHOLDER not in model.keypoint_label_map_path:
        return None
    readers = [pipeline.train_input_reader, *pipeline.eval_input_reader]
    left_out = [f"the task {task.task_name}" for task in model.keypoint_estimation_task]
    if any(reader.num_keypoints for reader in readers):
        left_out.append("num_keypoints of the readers")
    if not left_out:
        return None
    if model.keypoint_estimation_task:
        model.ClearField("keypoint_estimation_task")
        model.ClearField("keypoint_label_map_path")
    for reader in readers:
        reader.ClearField("num_keypoints")
    for field in _EVALUATION:
        pipeline.eval_config.ClearField(field)
    _forget_flips(pipeline.train_config)
    return f"keypoints are left out ({', '.join(left_out)}), as the label map of the records names none"


def masks_asked_for(pipeline: Message) -> str | None:
    """What the records must have for a model of masks, for people; None for other models."""
    predictor = pipeline.model.faster_rcnn.second_stage_box_predictor.mask_rcnn_box_predictor
    if not predictor.predict_instance_masks:
        return None
    return "the model learns masks beside boxes: each object in the records needs one"


def _forget_flips(train_config: Message) -> None:
    for option in train_config.data_augmentation_options:
        step = getattr(option, option.WhichOneof("preprocessing_step"))
        if _FLIP in step.DESCRIPTOR.fields_by_name:
            step.ClearField(_FLIP)

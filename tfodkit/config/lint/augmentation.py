"""Rules about ``data_augmentation_options``: steps that fail, that do nothing, or that change what is learned.

What each does was read off the Object Detection API 2.8.0's ``preprocessor_builder`` and ``preprocessor``, and tried in
its input pipeline.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from tfodkit.config.augmentation.values import value_failure
from tfodkit.config.lint import rules
from tfodkit.config.lint.faults import Fault
from tfodkit.config.pipeline import Message

_FAILS: dict[str, str] = {
    "autoaugment_image": "needs tf.contrib, which TensorFlow 2 does not have",
    "rgb_to_gray": "leaves one channel, and the model takes three; random_rgb_to_gray keeps three",
    "scale_boxes_to_pixel_coordinates": "gives boxes in pixels, and all that follows takes shares of the image",
    "subtract_channel_mean": "fails in the input pipeline; the model subtracts its means itself",
}
_PROBABILITY_0 = ("random_horizontal_flip", "random_vertical_flip", "random_rotation90")
_SIDES = {"random_horizontal_flip": r"left|right", "random_vertical_flip": r"up|down|top|bottom|upper|lower"}
_SIDES["random_rotation90"] = f"{_SIDES['random_horizontal_flip']}|{_SIDES['random_vertical_flip']}"
_COLOURS = r"red|orange|yellow|green|blue|purple|pink|brown|black|white|gr[ae]y"
_DISTORTING = ("random_distort_color", "random_adjust_hue", "random_rgb_to_gray")
_IDLE: dict[str, Callable[[Message], bool]] = {
    "adjust_gamma": lambda step: step.gamma == 1 and step.gain == 1,
    "drop_label_probabilistically": lambda step: not step.label or not step.drop_probability,
    "random_adjust_brightness": lambda step: not step.max_delta,
    "random_adjust_contrast": lambda step: step.min_delta == step.max_delta == 1,
    "random_adjust_hue": lambda step: not step.max_delta,
    "random_adjust_saturation": lambda step: step.min_delta == step.max_delta == 1,
    "random_black_patches": lambda step: not step.max_black_patches or not step.probability,
    "random_image_scale": lambda step: step.min_scale_ratio == step.max_scale_ratio == 1,
    "random_jitter_boxes": lambda step: not step.ratio,
    "random_pixel_value_scale": lambda step: step.minval == step.maxval == 1,
    "random_rgb_to_gray": lambda step: not step.probability,
    "random_self_concat_image": lambda step: (
        not step.concat_vertical_probability and not step.concat_horizontal_probability
    ),
    "remap_labels": lambda step: not step.original_labels,
}


def augmentation_faults(message: Message, class_names: Iterable[str]) -> Iterator[Fault]:
    """All of ``train_config.data_augmentation_options``; ``class_names`` are those of the label map."""
    names = list(class_names)
    has_scores = message.train_input_reader.load_multiclass_scores
    for index, option in enumerate(message.train_config.data_augmentation_options):
        place = f"train_config.data_augmentation_options[{index}]"
        name = option.WhichOneof("preprocessing_step")
        if name is None:
            yield Fault(rules.STEP_FAILS, place, "data_augmentation_options holds no step")
            continue
        if name == "convert_class_logits_to_softmax" and not has_scores:
            what = f"{name} needs train_input_reader.load_multiclass_scores"
            yield Fault(rules.STEP_FAILS, f"{place}.{name}", what)
        yield from _step(getattr(option, name), name, f"{place}.{name}")
        yield from _classes(name, names, f"{place}.{name}")


def _step(step: Message, name: str, place: str) -> Iterator[Fault]:
    if reason := _failure(step, name):
        yield Fault(rules.STEP_FAILS, place, f"{name} {reason}")
    elif _is_idle(step, name):
        yield Fault(rules.STEP_IDLE, place, f"{name} does nothing with these values")
    if name == "normalize_image":
        what = "normalize_image changes pixels in training alone (a run with it stayed at mAP 0.0018)"
        yield Fault(rules.STEP_NORMALIZES, place, what)
    if name == "random_resize_method":
        what = "random_resize_method draws bicubic among others, which leaves 0 to 255"
        yield Fault(rules.STEP_LEAVES_RANGE, place, what)


def _failure(step: Message, name: str) -> str:
    """Why it ends training; blank where it does not."""
    if name in _PROBABILITY_0 and step.HasField("probability") and not step.probability:
        return "can't have probability 0, which the API takes for none given"
    return _FAILS.get(name) or value_failure(step, name)


def _is_idle(step: Message, name: str) -> bool:
    if "random_coef" in step.DESCRIPTOR.fields_by_name and step.random_coef >= 1:
        return True
    return name in _IDLE and _IDLE[name](step)


def _classes(name: str, class_names: list[str], place: str) -> Iterator[Fault]:
    if name in _SIDES and (told := _naming(class_names, _SIDES[name])):
        yield Fault(rules.FLIP_CHANGES_CLASS, place, f"{name} beside classes named {told}")
    if name in _DISTORTING and (told := _naming(class_names, _COLOURS)):
        yield Fault(rules.COLOUR_CHANGES_CLASS, place, f"{name} beside classes named {told}")


def _naming(class_names: list[str], words: str) -> str:
    """The classes with one of ``words`` in their name, where two differ by nothing else; for people."""
    pattern = re.compile(rf"(?<![a-z])({words})(?![a-z])", re.IGNORECASE)
    found = [name for name in class_names if pattern.search(name)]
    rest = [pattern.sub("", name) for name in found]
    return ", ".join(repr(name) for name, left in zip(found, rest, strict=True) if rest.count(left) > 1)

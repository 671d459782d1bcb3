"""Rules about ``train_config``: its numbers, its optimizer, where it starts from, and fields that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator

from tfodkit.config.knobs import DEAD_EVAL, DEAD_READER, DEAD_TRAIN
from tfodkit.config.lane import Lane, lane_of
from tfodkit.config.learning.optimizers import learning_rate_of, optimizer_name
from tfodkit.config.learning.schedules import schedule_name
from tfodkit.config.lint import rules
from tfodkit.config.lint.checkpoint import checkpoint_faults
from tfodkit.config.lint.faults import Fault
from tfodkit.config.lint.schedule import schedule_faults
from tfodkit.config.pipeline import Message


def training_faults(message: Message) -> Iterator[Fault]:
    """All of the whole config's ``train_config``."""
    train, is_old = message.train_config, lane_of(message) is Lane.TF1
    for name in ("num_steps", "batch_size"):
        if (value := getattr(train, name)) < 1:
            yield Fault(
                rules.COUNT_NONE, f"train_config.{name}", f"train_config.{name} must be 1 or more, but got {value}"
            )
    if train.load_all_detection_checkpoint_vars and not is_old:
        what = "load_all_detection_checkpoint_vars is true"
        yield Fault(rules.LOADS_ALL, "train_config.load_all_detection_checkpoint_vars", what)
    yield from checkpoint_faults(message)
    if train.freeze_variables and not train.fine_tune_checkpoint:
        what = f"freeze_variables holds {train.freeze_variables[0]!r}, but there is no fine_tune_checkpoint"
        yield Fault(rules.FROZEN_RANDOM, "train_config.freeze_variables", what)
    if optimizer_name(train.optimizer) is None or schedule_name(learning_rate_of(train.optimizer)) is None:
        what = "train_config.optimizer must have a learning rate, but got none"
        yield Fault(rules.OPTIMIZER_NONE, "train_config.optimizer", what)
    else:
        yield from schedule_faults(message)
        yield from _averages(message)
    if train.use_bfloat16:
        yield Fault(rules.BFLOAT16, "train_config.use_bfloat16", "use_bfloat16 is true")


def dead_knobs(message: Message) -> Iterator[Fault]:
    """Each field that is written and that TensorFlow 2's loop never reads; TensorFlow 1's reads them."""
    if lane_of(message) is Lane.TF1:
        return
    yield from _dead(message.train_config, "train_config", DEAD_TRAIN)
    yield from _dead(message.eval_config, "eval_config", DEAD_EVAL)
    yield from _dead(message.train_input_reader, "train_input_reader", DEAD_READER)
    for index, reader in enumerate(message.eval_input_reader):
        yield from _dead(reader, f"eval_input_reader[{index}]", DEAD_READER)


def _dead(part: Message, name: str, fields: tuple[str, ...]) -> Iterator[Fault]:
    written = {descriptor.name for descriptor, _ in part.ListFields()}
    for field in fields:
        if field in written:
            yield Fault(rules.DEAD_KNOB, f"{name}.{field}", f"nothing reads {field}", name.removesuffix("[0]"))


def _averages(message: Message) -> Iterator[Fault]:
    optimizer, evaluation = message.train_config.optimizer, message.eval_config
    if optimizer.use_moving_average and not evaluation.use_moving_averages:
        said = "is true" if optimizer.HasField("use_moving_average") else "is not written, and so true"
        what = f"the optimizer's use_moving_average {said}, but eval_config.use_moving_averages is false"
        yield Fault(rules.AVERAGES_UNUSED, "train_config.optimizer.use_moving_average", what)
    if evaluation.use_moving_averages and not optimizer.use_moving_average:
        what = "use_moving_averages is true, but the optimizer's use_moving_average is false"
        yield Fault(rules.AVERAGES_ABSENT, "eval_config.use_moving_averages", what)

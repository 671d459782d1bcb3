"""A config in words, and the differences of two, as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tfodkit.config.difference import Difference
from tfodkit.config.effective import section_texts
from tfodkit.config.learning.learning_rates import warm_up_steps
from tfodkit.config.learning.optimizers import learning_rate_of, optimizer_name
from tfodkit.config.learning.schedules import schedule_name
from tfodkit.config.pipeline import Message
from tfodkit.wording import counted

_SIGNS = {"only in A": "-", "only in B": "+"}


def config_lines(pipeline: Message) -> Iterator[str]:
    """The text of a config by its parts, each under a comment that says it in words; it parses to the same message."""
    words = config_words(pipeline)
    for number, (section, text) in enumerate(section_texts(pipeline).items()):
        if number:
            yield ""
        yield f"# {section}: {words[section]}"
        yield from text.splitlines()


def config_words(pipeline: Message) -> dict[str, str]:
    """A sentence on each part: model, training, data and evaluation."""
    kind = pipeline.model.WhichOneof("model")
    model = getattr(pipeline.model, kind) if kind else None
    named = {field.name for field in model.DESCRIPTOR.fields} if model else set()
    classes = counted(model.num_classes, "class") if model and "num_classes" in named else "no classes"
    extractor = ""
    if model and "feature_extractor" in named:
        extractor = getattr(model.feature_extractor, "type", "")
    train = pipeline.train_config
    return {
        "model": ", ".join(filter(None, [kind or "none", extractor, classes])),
        "training": f"{counted(train.num_steps, 'step')} of {counted(train.batch_size, 'image')}, "
        f"{optimizer_words(train.optimizer)}",
        "data": f"{_inputs([pipeline.train_input_reader])} to train, {_inputs(pipeline.eval_input_reader)} to evaluate",
        "evaluation": ", ".join(pipeline.eval_config.metrics_set) or "no metrics set",
    }


def optimizer_words(optimizer: Message) -> str:
    """``momentum; cosine: 0.004 up to 0.01 over 250 steps, down to 0 at step 5,000``."""
    name = optimizer_name(optimizer)
    if name is None:
        return "no optimizer"
    averages = ", moving averages" if optimizer.use_moving_average else ""
    return f"{name}{averages}; {schedule_words(learning_rate_of(optimizer))}"


def schedule_words(learning_rate: Message) -> str:
    """A learning rate's schedule in one line."""
    kind = learning_rate.WhichOneof("learning_rate")
    schedule: Message = getattr(learning_rate, kind) if kind else None
    match schedule_name(learning_rate):
        case "constant":
            return f"constant: {schedule.learning_rate:g}"
        case "cosine":
            return f"cosine: {_cosine(schedule)}"
        case "exponential":
            return f"exponential: {_exponential(schedule, warm_up_steps(learning_rate))}"
        case "multi-step":
            return f"multi-step: {_multi_step(schedule)}"
    return "no learning rate"


def difference_lines(found: Sequence[Difference], a: str, b: str) -> Iterator[str]:
    """A line for each difference: ``-`` only in A, ``+`` only in B, ``~`` changed; then how many of each."""
    if not found:
        yield f"{a} and {b} say the same"
        return
    yield f"--- {a}"
    yield f"+++ {b}"
    for each in found:
        value = f"{each.a} -> {each.b}" if each.kind == "changed" else each.a if each.b is None else each.b
        default = f" (the other has the default, {each.default})" if each.default else ""
        yield f"{_SIGNS.get(each.kind, '~')} {each.path}: {value}{default}"
    counts = [sum(each.kind == kind for each in found) for kind in ("changed", "only in A", "only in B")]
    yield f"{counted(len(found), 'difference')}: {counts[0]} changed, {counts[1]} only in A, {counts[2]} only in B"


def _cosine(cosine: Message) -> str:
    start = f"{cosine.learning_rate_base:g}"
    if cosine.warmup_steps:
        start = f"{cosine.warmup_learning_rate:g} up to {start} over {counted(cosine.warmup_steps, 'step')}"
    held = f", held for {counted(cosine.hold_base_rate_steps, 'step')}" if cosine.hold_base_rate_steps else ""
    return f"{start}{held}, down to 0 at step {cosine.total_steps:,}"


def _exponential(exponential: Message, burn_in: int) -> str:
    stairs = "in stairs" if exponential.staircase else "smoothly"
    words = f"{exponential.initial_learning_rate:g}, times {exponential.decay_factor:g} every "
    words += f"{counted(exponential.decay_steps, 'step')} {stairs}"
    if burn_in:
        words = f"{exponential.burnin_learning_rate:g} for {counted(burn_in, 'step')}, then {words}"
    return f"{words}, at least {exponential.min_learning_rate:g}" if exponential.min_learning_rate else words


def _multi_step(manual: Message) -> str:
    verb = " rising" if manual.warmup else ""
    turns = [f"{milestone.learning_rate:g} at step {milestone.step:,}" for milestone in manual.schedule]
    return ", ".join([f"{manual.initial_learning_rate:g}{verb}", *turns])


def _inputs(readers: Sequence[Message]) -> str:
    return counted(sum(len(reader.tf_record_input_reader.input_path) for reader in readers), "input path")

"""A config in words, and the differences of two, as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tfodkit.config.difference import Difference
from tfodkit.config.effective import section_texts
from tfodkit.config.learning.optimizers import learning_rate_of, optimizer_name
from tfodkit.config.learning.schedule_words import schedule_words
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


def _inputs(readers: Sequence[Message]) -> str:
    return counted(sum(len(reader.tf_record_input_reader.input_path) for reader in readers), "input path")

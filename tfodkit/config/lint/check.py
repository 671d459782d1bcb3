"""What would keep a config from running, or from learning, found before anything is started.

Each rule of ``rules.py`` is looked for in one part of the config; :func:`lint` runs them all.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tfodkit.config.lint import rules
from tfodkit.config.lint.anchors import anchor_faults
from tfodkit.config.lint.augmentation import augmentation_faults
from tfodkit.config.lint.faults import Fault
from tfodkit.config.lint.locations import Locations
from tfodkit.config.lint.memory import memory_faults
from tfodkit.config.lint.model import model_faults
from tfodkit.config.lint.readers import class_names, reader_faults
from tfodkit.config.lint.reading import reading_faults
from tfodkit.config.lint.training import dead_knobs, training_faults
from tfodkit.config.lint.values import value_faults
from tfodkit.config.memory.machine import MachineMemory
from tfodkit.config.metrics import METRICS
from tfodkit.config.pipeline import Message
from tfodkit.findings import Finding
from tfodkit.nearest import nearest_names
from tfodkit.records.manifest import RecordManifest


def lint(
    message: Message,
    manifest: RecordManifest | None = None,
    *,
    path: Path,
    text: str = "",
    machine: MachineMemory | None = None,
) -> list[Finding]:
    """All that is wrong with a config, in the order of its parts; empty where there is nothing.

    Looks at the files that the config names. With the ``manifest`` of its records, checks that both fit each other.

    Args:
        message: a ``TrainEvalPipelineConfig``.
        manifest: of the folder that the training records lie in; None where there is none.
        path: the config's, to begin each finding with.
        text: what ``message`` was parsed from, to find lines in; without it no finding has a line.
        machine: to train on; without it nothing is said about memory.
    """
    faults = [
        *model_faults(message),
        *value_faults(message),
        *anchor_faults(message, manifest),
        *training_faults(message),
        *_evaluation(message),
        *reader_faults(message, manifest),
        *reading_faults(message),
        *augmentation_faults(message, class_names(message)),
        *dead_knobs(message),
        *(memory_faults(message, manifest, machine) if machine else ()),
    ]
    locations = Locations(text)
    findings = [Finding(one.rule, path, one.what, locations.line(one.field), one.subject) for one in faults]
    return list(dict.fromkeys(findings))


def _evaluation(message: Message) -> Iterator[Fault]:
    if not message.eval_input_reader:
        yield Fault(rules.EVALUATION_NONE, "", "there is no eval_input_reader")
    for index, name in enumerate(message.eval_config.metrics_set):
        if name not in METRICS:
            nearest = nearest_names(name, METRICS).rstrip(".")
            what = f"there is no metrics_set {name!r}. {nearest}"
            yield Fault(rules.METRICS_UNKNOWN, f"eval_config.metrics_set[{index}]", what)

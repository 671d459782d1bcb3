"""A ``pipeline.config`` that can run, as plain values for whoever trains, evaluates or exports from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tfodkit.config.lint.check import lint
from tfodkit.config.memory.machine import machine_memory
from tfodkit.config.model.architecture import architecture
from tfodkit.config.pipeline import parse_pipeline, read_text
from tfodkit.config.record_files import manifest_beside, record_files
from tfodkit.dataset.label_map import read_class_names
from tfodkit.errors import ConfigError
from tfodkit.findings import Finding
from tfodkit.records.manifest import RecordManifest


@dataclass(frozen=True, slots=True)
class PipelineConfig:
    """What a run needs to know of its config; the rest is in ``text``, for the Object Detection API's builders."""

    path: Path
    text: str
    """The file's text, as it is."""
    num_steps: int
    batch_size: int
    """Images a step, over all devices together."""
    num_classes: int
    class_names: dict[int, str]
    """Names by id, 1 to ``num_classes``; ids may have gaps."""
    label_map_path: Path
    train_records: tuple[Path, ...]
    """The files that the training reader's patterns match, in its order."""
    val_records: tuple[Path, ...]
    """The files of the first evaluation reader."""
    fine_tune_checkpoint: str | None
    manifest: RecordManifest | None
    """Of the training records' folder; None where there is none."""
    warnings: tuple[Finding, ...]
    """What does not keep it from running, but may from learning."""


def read_checked_pipeline(path: str | Path) -> PipelineConfig:
    """The values of a config that has no errors of :func:`~tfodkit.config.lint.check.lint`.

    The manifest beside the training records is taken into account where there is one.

    Raises:
        ConfigError: the file can't be read, or could not run; with all problems found.
        RecordError: the manifest beside the records is damaged.
    """
    path = Path(path)
    text = read_text(path)
    message = parse_pipeline(text, str(path))
    train = record_files(message.train_input_reader)
    manifest = manifest_beside(message)
    findings = lint(message, manifest, path=path, text=text, machine=machine_memory())
    if errors := [finding.problem for finding in findings if finding.is_error]:
        raise ConfigError.collect(errors)
    label_map = Path(message.train_input_reader.label_map_path)
    return PipelineConfig(
        path=path,
        text=text,
        num_steps=message.train_config.num_steps,
        batch_size=message.train_config.batch_size,
        num_classes=architecture(message, str(path)).num_classes,
        class_names=read_class_names(label_map, display=False),
        label_map_path=label_map,
        train_records=train,
        val_records=record_files(message.eval_input_reader[0]),
        fine_tune_checkpoint=message.train_config.fine_tune_checkpoint or None,
        manifest=manifest,
        warnings=tuple(findings),
    )

"""``tfodkit export``: checkpoint → export folder, whole and checked or not at all.

::

    EXPORTED/
      saved_model/                 input_tensor → detection_boxes, detection_scores, detection_classes, num_detections …
      frozen_inference_graph.pb    image_tensor:0 → the same, as TensorFlow 1 had it
      checkpoint/ckpt-0.*          the weights alone, for fine-tuning
      pipeline.config
      label_map.pbtxt
      labels.txt                   the names of the classes, a line each, in the order of their ids
      export.json                  files, sizes, SHA-256, parity, mAP, versions
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import tfodkit
from tfodkit.config.pipeline import read_pipeline
from tfodkit.dataset.label_map import read_class_names
from tfodkit.errors import ExportError, UsageError
from tfodkit.exporting.forms import ExportForm, choose_forms, words_of
from tfodkit.exporting.job import ExportJob, open_job
from tfodkit.exporting.manifest import MANIFEST_NAME, ExportManifest, list_exported
from tfodkit.exporting.proof import prove
from tfodkit.exporting.sample import SAMPLE_SIZE, choose_sample
from tfodkit.files import folder_atomic, refuse_existing, write_text
from tfodkit.inference.formats import LABEL_MAP
from tfodkit.training.run_directory import RunDirectory, WhichOrStep

CONFIG_NAME = "pipeline.config"
CHECKPOINT_FOLDER = "checkpoint"
LABELS = "labels.txt"

Progress = Callable[[str], None]
"""Told in words what begins."""


@dataclass(frozen=True, slots=True)
class ExportSource:
    """What an export is made of: a config, a checkpoint's prefix (``RUN/best/ckpt-300``), a label map."""

    config: Path
    checkpoint: Path
    label_map: Path
    averaged: bool | None = None
    """Whether the moving averages in the checkpoint are its weights; None: as the config evaluates them."""

    @classmethod
    def of_run(cls, run: str | Path, which: WhichOrStep) -> ExportSource:
        """The best, last or averaged checkpoint of a training run, with the weights of it that evaluated best.

        Raises:
            CheckpointError: there is no run, or it has no such checkpoint.
        """
        directory = RunDirectory.open(Path(run))
        averaged = directory.has_moving_averages(which)
        return cls(directory.config_path, directory.checkpoint(which), directory.label_map_path, averaged)


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What is written, and on how much it is proven.

    ``formats`` are the forms, by name; all that can hold the model unless given. ``pictures`` is the most validation
    pictures on which each form is compared with the checkpoint, 1 or more.
    """

    formats: tuple[str, ...] | None = None
    pictures: int = SAMPLE_SIZE

    def __post_init__(self) -> None:
        if self.pictures < 1:
            raise UsageError("--pictures", f"must be 1 or more, but got {self.pictures}", f"{SAMPLE_SIZE} are usual.")


def export(
    run: str | Path,
    output: str | Path,
    *,
    which: WhichOrStep = "best",
    options: ExportOptions | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> ExportManifest:
    """Export the ``best``, ``last`` or ``averaged`` checkpoint of a training run; see :func:`export_checkpoint`.

    Raises:
        CheckpointError: there is no run, or it has no such checkpoint.
    """
    return export_checkpoint(ExportSource.of_run(run, which), output, options=options, force=force, progress=progress)


def export_checkpoint(
    source: ExportSource,
    output: str | Path,
    *,
    options: ExportOptions | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> ExportManifest:
    """Write the forms of a model to the folder ``output``, and hold each, in a fresh process, to the checkpoint.

    The pictures to compare on are the first of the config's validation records, or drawn ones where these are gone.
    About a minute for a small model.

    Args:
        source: what to export.
        output: the folder to write.
        options: the forms, and on how many pictures they are proven.
        force: replace an ``output`` that has content, if an earlier export wrote it.
        progress: told what begins.

    Raises:
        CheckpointError: the checkpoint is absent, damaged, or of another model than the config's.
        ConfigError: the config can't be read.
        ExportError: a form does not detect what the checkpoint detects, a form that was asked for by name can't hold
            the model, or the model can't be served.
        OutputError: ``output`` has content and ``force`` is not set, or no earlier export wrote it.
        UsageError: there is no such form.
    """
    tell, options, output = progress or _say_nothing, options or ExportOptions(), Path(output)
    refuse_existing(output, force=force, marker=MANIFEST_NAME)
    _require_label_map(source.label_map)
    forms, refused = _fitting(choose_forms(options.formats), source.config, is_asked=options.formats is not None)
    sample = choose_sample(source.config, read_class_names(source.label_map), most=options.pictures)
    tell("loading TensorFlow and the checkpoint")
    job = open_job(source.config, source.checkpoint, source.label_map, averaged=source.averaged)
    with folder_atomic(output, force=force, marker=MANIFEST_NAME) as folder:
        job.model.write_checkpoint(folder / CHECKPOINT_FOLDER)
        shutil.copyfile(source.config, folder / CONFIG_NAME)
        shutil.copyfile(source.label_map, folder / LABEL_MAP)
        write_text(folder / LABELS, "".join(f"{name}\n" for name in job.class_names.values()))
        _write(job, forms, folder, tell)
        checkpoint_map, parity = prove(job, forms, folder, sample, tell)
        manifest = ExportManifest(
            path=output,
            checkpoint=f"{source.checkpoint.parent.name}/{source.checkpoint.name}",
            averaged=job.model.averaged,
            files=list_exported(folder),
            parity=parity,
            parity_pictures=sample.origin,
            versions=_versions(),
            checkpoint_map=checkpoint_map,
            refused=refused,
        )
        write_text(folder / MANIFEST_NAME, manifest.to_text())
    return manifest


def _fitting(
    forms: Sequence[ExportForm], config: Path, *, is_asked: bool
) -> tuple[tuple[ExportForm, ...], Mapping[str, str]]:
    """The forms that can hold the model of a config, and of the others the reason."""
    pipeline = read_pipeline(config)
    reasons = {form.format.name: form.refusal(pipeline) for form in forms}
    refused = {name: reason for name, reason in reasons.items() if reason}
    if refused and is_asked:
        name, reason = next(iter(refused.items()))
        raise ExportError(f"--formats {name}", f"can't hold this model: {reason}", "Leave this form out.")
    return tuple(form for form in forms if form.format.name not in refused), refused


def _write(job: ExportJob, forms: Sequence[ExportForm], folder: Path, tell: Progress) -> None:
    for form in forms:
        tell(f"writing {words_of(form)}")
        place = folder / form.format.place
        place.parent.mkdir(parents=True, exist_ok=True)
        form.write(job, place)


def _require_label_map(path: Path) -> None:
    if not path.is_file():
        raise ExportError(str(path), "the label map is missing", "Copy the label map of the training there.")


def _versions() -> Mapping[str, str]:
    return {"tfodkit": tfodkit.__version__, "tensorflow": version("tensorflow")}


def _say_nothing(message: str) -> None:
    """Progress for nobody."""

"""``tfodkit export``: checkpoint → export folder, whole and checked or not at all.

::

    EXPORTED/
      saved_model/                 input_tensor → detection_boxes, detection_scores, detection_classes, num_detections …
      frozen_inference_graph.pb    image_tensor:0 → the same, as TensorFlow 1 had it
      checkpoint/ckpt-0.*          the weights alone, for fine-tuning
      pipeline.config
      label_map.pbtxt
      export.json                  files, sizes, SHA-256, parity, versions
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import tfodkit
from tfodkit.errors import ExportError
from tfodkit.exporting.forms import FORMS
from tfodkit.exporting.job import ExportJob, open_job
from tfodkit.exporting.manifest import MANIFEST_NAME, ExportManifest, Parity, list_exported
from tfodkit.exporting.parity import check_parity, run_reference
from tfodkit.exporting.sample import Sample, choose_sample
from tfodkit.files import folder_atomic, refuse_existing, write_text
from tfodkit.inference.formats import LABEL_MAP, ExportedModel
from tfodkit.training.run_directory import RunDirectory, Which

CONFIG_NAME = "pipeline.config"
CHECKPOINT_FOLDER = "checkpoint"

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
    def of_run(cls, run: str | Path, which: Which) -> ExportSource:
        """The best, last or averaged checkpoint of a training run, with the weights of it that evaluated best.

        Raises:
            CheckpointError: there is no run, or it has no such checkpoint.
        """
        directory = RunDirectory.open(Path(run))
        averaged = directory.has_moving_averages(which)
        return cls(directory.config_path, directory.checkpoint(which), directory.label_map_path, averaged)


def export(
    run: str | Path,
    output: str | Path,
    *,
    which: Which = "best",
    force: bool = False,
    progress: Progress | None = None,
) -> ExportManifest:
    """Export the ``best``, ``last`` or ``averaged`` checkpoint of a training run; see :func:`export_checkpoint`.

    Raises:
        CheckpointError: there is no run, or it has no such checkpoint.
    """
    return export_checkpoint(ExportSource.of_run(run, which), output, force=force, progress=progress)


def export_checkpoint(
    source: ExportSource, output: str | Path, *, force: bool = False, progress: Progress | None = None
) -> ExportManifest:
    """Write every form of a model to the folder ``output``, load each back, and compare it with the checkpoint.

    The pictures to compare on are the first of the config's validation records, or drawn ones where these are gone.
    About a minute for a small model.

    Args:
        source: what to export.
        output: the folder to write.
        force: replace an ``output`` that has content, if an earlier export wrote it.
        progress: told what begins.

    Raises:
        CheckpointError: the checkpoint is absent, damaged, or of another model than the config's.
        ConfigError: the config can't be read.
        ExportError: a form does not detect what the checkpoint detects, or the model can't be served.
        OutputError: ``output`` has content and ``force`` is not set, or no earlier export wrote it.
    """
    tell = progress or _say_nothing
    output = Path(output)
    refuse_existing(output, force=force, marker=MANIFEST_NAME)
    _require_label_map(source.label_map)
    sample = choose_sample(source.config)
    tell("loading TensorFlow and the checkpoint")
    job = open_job(source.config, source.checkpoint, source.label_map, averaged=source.averaged)
    with folder_atomic(output, force=force, marker=MANIFEST_NAME) as folder:
        job.model.write_checkpoint(folder / CHECKPOINT_FOLDER)
        shutil.copyfile(source.config, folder / CONFIG_NAME)
        shutil.copyfile(source.label_map, folder / LABEL_MAP)
        parity = _write_and_check(job, folder, sample, tell)
        manifest = ExportManifest(
            path=output,
            checkpoint=f"{source.checkpoint.parent.name}/{source.checkpoint.name}",
            averaged=job.model.averaged,
            files=list_exported(folder),
            parity=parity,
            parity_pictures=sample.origin,
            versions=_versions(),
        )
        write_text(folder / MANIFEST_NAME, manifest.to_text())
    return manifest


def _write_and_check(job: ExportJob, folder: Path, sample: Sample, tell: Progress) -> tuple[Parity, ...]:
    exported = [ExportedModel(folder / form.format.place, form.format) for form in FORMS]
    for form, place in zip(FORMS, exported, strict=True):
        tell(f"writing the {_words(form.format.name)}")
        form.write(job, place.path)
    tell(f"detecting in {len(sample.pictures)} pictures with the checkpoint")
    reference = run_reference(job.model, sample.pictures)
    parities = []
    for place in exported:
        tell(f"comparing the {_words(place.format.name)} with the checkpoint")
        parities.append(check_parity(place, sample.pictures, reference))
    return tuple(parities)


def _require_label_map(path: Path) -> None:
    if not path.is_file():
        raise ExportError(str(path), "the label map is missing", "Copy the label map of the training there.")


def _versions() -> Mapping[str, str]:
    return {"tfodkit": tfodkit.__version__, "tensorflow": version("tensorflow")}


def _words(format_name: str) -> str:
    return format_name.replace("_", " ")


def _say_nothing(message: str) -> None:
    """Progress for nobody."""

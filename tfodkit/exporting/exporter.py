"""``tfodkit export``: checkpoint → export folder, whole and checked or not at all.

::

    EXPORTED/
      saved_model/                 pictures, files or tf.Examples → detection_boxes, detection_scores …
      frozen_inference_graph.pb    image_tensor:0 → the same, as TensorFlow 1 had it
      …                            the other forms that can hold the model
      checkpoint/ckpt-0.*          the weights alone, for fine-tuning
      pipeline.config              what the model was built of: with the limits that were asked for
      label_map.pbtxt
      labels.txt                   the names of the classes, a line an id from 1; ??? for an id that none has
      model_card.md                what somebody who gets the model has to know of it
      export.json                  files, sizes, SHA-256, signatures, parity, mAP, versions
"""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import tfodkit
from tfodkit.config.pipeline import read_pipeline
from tfodkit.dataset.label_map import read_class_names
from tfodkit.errors import ExportError
from tfodkit.exporting.card_facts import gather_facts
from tfodkit.exporting.forms import ExportForm, choose_forms, words_of
from tfodkit.exporting.job import ExportJob, open_job
from tfodkit.exporting.manifest import MANIFEST_NAME, ExportManifest, list_exported
from tfodkit.exporting.model_card import CARD_NAME, model_card
from tfodkit.exporting.options import ExportOptions
from tfodkit.exporting.proof import prove
from tfodkit.exporting.sample import choose_sample
from tfodkit.exporting.source import CHECKPOINT_FOLDER, CONFIG_NAME, ExportSource
from tfodkit.files import folder_atomic, refuse_existing, write_text
from tfodkit.inference.formats import LABEL_MAP
from tfodkit.odapi.signatures import SIGNATURES, Signature, fixed_signature
from tfodkit.training.run_directory import WhichOrStep

LABELS = "labels.txt"
NO_CLASS = "???"
"""In ``labels.txt``, of an id that no class has, as TensorFlow's own lists of COCO's classes have it."""

Progress = Callable[[str], None]
"""Told in words what begins."""


def export(
    model: str | Path,
    output: str | Path,
    *,
    which: WhichOrStep | None = None,
    options: ExportOptions | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> ExportManifest:
    """Export a training run or a checkpoint beside its config and label map; see :func:`export_checkpoint`.

    Args:
        model: the run's folder, a checkpoint's prefix such as ``model/ckpt-0``, or a folder that holds one.
        output: the folder to write.
        which: the checkpoint of a run: ``best`` unless given, ``last``, ``averaged``, or that of a step.
        options: the forms, the limits, and on how many pictures the forms are proven.
        force: replace an ``output`` that has content, if an earlier export wrote it.
        progress: told what begins.

    Raises:
        CheckpointError: there is no run and no checkpoint, or the run has not the one that is asked for.
        UsageError: ``which`` chooses from what is no run.
        TfodkitError: as of :func:`export_checkpoint`.
    """
    source = ExportSource.find(model, which=which)
    return export_checkpoint(source, output, options=options, force=force, progress=progress)


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
        options: the forms, the limits, and on how many pictures the forms are proven.
        force: replace an ``output`` that has content, if an earlier export wrote it.
        progress: told what begins.

    Raises:
        CheckpointError: the checkpoint is absent, damaged, or of another model than the config's.
        ConfigError: the config can't be read.
        ExportError: a form does not detect what the checkpoint detects, a form that was asked for by name can't hold
            the model, or the model can't be served.
        OutputError: ``output`` has content and ``force`` is not set, or no earlier export wrote it.
        UsageError: there is no such form, or the architecture has no place for one of the limits.
    """
    tell, options, output = progress or _say_nothing, options or ExportOptions(), Path(output)
    refuse_existing(output, force=force, marker=MANIFEST_NAME)
    _require_label_map(source.label_map)
    forms, refused = _fitting(choose_forms(options.formats), source.config, is_asked=options.formats is not None)
    sample = choose_sample(source.config, read_class_names(source.label_map), most=options.pictures)
    tell("loading TensorFlow and the checkpoint")
    job = open_job(
        source.config,
        source.checkpoint,
        source.label_map,
        averaged=source.averaged,
        limits=options.limits,
        fixed=options.fixed,
    )
    with folder_atomic(output, force=force, marker=MANIFEST_NAME) as folder:
        job.model.write_checkpoint(folder / CHECKPOINT_FOLDER)
        write_text(folder / CONFIG_NAME, job.config_text)
        shutil.copyfile(source.label_map, folder / LABEL_MAP)
        write_text(folder / LABELS, labels_text(job.class_names))
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
            signatures=_signatures(job, forms),
        )
        write_text(folder / CARD_NAME, model_card(manifest, gather_facts(source, job)))
        manifest = replace(manifest, files=list_exported(folder))
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


def labels_text(class_names: Mapping[int, str]) -> str:
    r"""``labels.txt``: the name of id 1 in the first line, and so on.

    >>> labels_text({1: "bagel", 3: "mug"})
    'bagel\n???\nmug\n'
    """
    return "".join(f"{class_names.get(number, NO_CLASS)}\n" for number in range(1, max(class_names, default=0) + 1))


def _require_label_map(path: Path) -> None:
    if not path.is_file():
        raise ExportError(str(path), "the label map is missing", "Copy the label map of the training there.")


def _signatures(job: ExportJob, forms: Sequence[ExportForm]) -> tuple[Signature, ...]:
    if all(form.format.name != "saved_model" for form in forms):
        return ()
    return (*SIGNATURES, *([fixed_signature(job.fixed.batch, job.fixed.size)] if job.fixed else []))


def _versions() -> Mapping[str, str]:
    packages = ("tensorflow", "tf-keras", "tf-models-research-object-detection", "numpy")
    return {
        "tfodkit": tfodkit.__version__,
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
    }


def _say_nothing(message: str) -> None:
    """Progress for nobody."""

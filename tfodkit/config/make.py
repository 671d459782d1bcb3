"""Template + manifest + options → ``pipeline.config``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tfodkit import __version__, files
from tfodkit.config import rules
from tfodkit.config.architecture import architecture, input_size, set_image_size
from tfodkit.config.augmentation import parse_steps
from tfodkit.config.beside_boxes import leave_out_keypoints, masks_asked_for
from tfodkit.config.drawn import drawn_classes, drawn_too_often
from tfodkit.config.fine_tune import set_fine_tune_checkpoint
from tfodkit.config.header import header
from tfodkit.config.knobs import clear_dead_knobs, dead_knobs_set
from tfodkit.config.lane import lane_of
from tfodkit.config.lint import check_pipeline
from tfodkit.config.made import MadeConfig
from tfodkit.config.options import PipelineOptions
from tfodkit.config.overrides import apply_overrides
from tfodkit.config.pipeline import Message, format_pipeline
from tfodkit.config.readers import fill_eval_reader, fill_train_reader, raise_max_boxes
from tfodkit.config.templates import Template, read_template
from tfodkit.config.training_section import set_training, training_of
from tfodkit.config.weights import DrawnGroup, drawn_groups, group_weights, reweighted
from tfodkit.errors import ConfigError, OutputError, RecordError
from tfodkit.records.manifest import TRAIN, VAL, RecordManifest

METRICS = "coco_detection_metrics"


def make_config(
    template: str,
    records: str | Path,
    output: str | Path,
    options: PipelineOptions | None = None,
    *,
    force: bool = False,
) -> MadeConfig:
    """Write the ``pipeline.config`` that trains ``template`` on ``records``. Does not import TensorFlow.

    The same template, records, options and paths give the same bytes.

    Args:
        template: the name of a template, or the path of a config of the user's own.
        records: the folder that make-records wrote. The config names its files by absolute paths.
        output: the file to write; its folder is made.
        options: what is to differ from the template.
        force: replace ``output`` where it exists.

    Raises:
        UsageError: an unknown template, class, step, or a value that does not fit.
        ConfigError: the template can't be read, or the result could not run.
        RecordError: the records are damaged, or a split is empty.
        CheckpointError: there is no checkpoint where the options say.
        OutputError: ``output`` exists, or can't be written.
    """
    options = options or PipelineOptions()
    output = Path(output)
    _refuse_existing(output, force=force)
    start = read_template(template)
    folder = Path(records).resolve()
    manifest = read_manifest(folder)
    message, renewed = start.renewed()
    made = _configure(message, start, manifest, options, folder=folder, output=output)
    made = replace(made, notes=(*renewed, *made.notes))
    problems = check_pipeline(message, manifest, where=str(output))
    if problems := [problem for problem in problems if problem.code != rules.LANE_TF1.code]:
        raise ConfigError.collect(problems)
    command = ["tfodkit", "make-config", "--template", template, "--records", str(records), "-o", str(output)]
    text = header(made, command=[*command, *options.flags()], version=__version__)
    files.write_text(output, f"{text}\n{format_pipeline(message)}")
    return made


def read_manifest(folder: Path) -> RecordManifest:
    """The manifest of ``folder``, whose files are there and whose both splits hold images.

    Raises:
        RecordError: anything else.
    """
    manifest = RecordManifest.read(folder)
    manifest.check_files(folder)
    for split, purpose in ((TRAIN, "train on"), (VAL, "validate on")):
        if not manifest.images(split):
            remedy = "Run make-records again with more images, or with another --split."
            raise RecordError(str(folder), f"the records hold no image to {purpose}", remedy)
    return manifest


def _configure(
    message: Message, start: Template, manifest: RecordManifest, options: PipelineOptions, *, folder: Path, output: Path
) -> MadeConfig:
    """Change the template's message into the config's, in place."""
    where = str(start.path)
    notes = _forget_template(message, options)
    architecture(message, where).num_classes = len(manifest.label_map)
    training = set_training(message.train_config, options, is_own=start.is_own, where=where)
    if options.augment is not None:
        del message.train_config.data_augmentation_options[:]
        message.train_config.data_augmentation_options.extend(parse_steps(options.augment))
    if options.image_size is not None:
        set_image_size(message, options.image_size, where)
    groups, more_notes = _fill_readers(message, manifest, options, folder)
    message.eval_config.batch_size = 1
    message.eval_config.metrics_set[:] = [METRICS]
    message.eval_config.use_moving_averages = False
    notes += [*more_notes, *apply_overrides(message, options.overrides), *dead_knobs_set(message)]
    training = training_of(message.train_config, training)
    groups = reweighted(groups, message.train_input_reader.sample_from_datasets_weights)
    train_images = sum(group.images for group in groups if group.weight)
    epochs = training.steps * training.batch_size / train_images
    train = [group for group in manifest.groups_of(TRAIN) if group.images]
    return MadeConfig(
        path=output,
        template=start.name,
        classes=manifest.label_map.names,
        train_images=train_images,
        val_images=manifest.images(VAL),
        input_size=str(input_size(message, where) or "as the images are"),
        training=training,
        epochs=epochs,
        fine_tune_checkpoint=message.train_config.fine_tune_checkpoint or None,
        records=groups,
        notes=tuple(notes),
        drawn_classes=drawn_classes(train, groups, manifest.label_map.names),
        warnings=tuple(drawn_too_often(groups, epochs)),
    )


def _forget_template(message: Message, options: PipelineOptions) -> list[str]:
    """Take out what belongs to the template's own run; a note for each thing that a user could miss."""
    notes = []
    replaced = set_fine_tune_checkpoint(
        message.train_config,
        options.fine_tune_checkpoint,
        options.fine_tune_checkpoint_type,
        lane=lane_of(message),
    )
    if replaced and options.fine_tune_checkpoint is None:
        notes.append("the template's fine_tune_checkpoint is left out")
    if dead := clear_dead_knobs(message):
        notes.append(f"left out, without effect or harmful in TensorFlow 2 off TPUs: {', '.join(dead)}")
    notes += filter(None, (leave_out_keypoints(message), masks_asked_for(message)))
    return notes


def _fill_readers(
    message: Message, manifest: RecordManifest, options: PipelineOptions, folder: Path
) -> tuple[tuple[DrawnGroup, ...], list[str]]:
    train, val = ([group for group in manifest.groups_of(split) if group.images] for split in (TRAIN, VAL))
    is_per_class = manifest.options.grouping == "class"
    weights = group_weights(train, options.weights, manifest.label_map.names if is_per_class else ())
    fill_train_reader(message.train_input_reader, folder, train, weights)
    fill_eval_reader(message, folder, val)
    notes = []
    if empty := [file.name for file in manifest.files if not file.images]:
        notes.append(f"left out, without an image: {', '.join(empty)}")
    boxes = max(manifest.max_boxes_per_image(split) for split in (TRAIN, VAL))
    if raise_max_boxes(message, boxes):
        notes.append(f"max_number_of_boxes is raised to {boxes}, the most objects that one image has")
    return drawn_groups(train, weights), notes


def _refuse_existing(output: Path, *, force: bool) -> None:
    if output.is_dir():
        raise OutputError(str(output), "a folder is in the way of the file to write", "Choose another name.")
    if output.exists() and not force:
        raise OutputError(str(output), "the file exists", "Choose another name or pass --force.")

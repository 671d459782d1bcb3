"""Template + manifest + options → ``pipeline.config``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from tfodkit import __version__, files
from tfodkit.config.augmentation.notation import parse_steps
from tfodkit.config.checkpoint.fine_tune import set_fine_tune_checkpoint
from tfodkit.config.drawn import drawn_classes, drawn_too_often
from tfodkit.config.evaluation_section import set_evaluation
from tfodkit.config.header import header
from tfodkit.config.knobs import clear_dead_knobs
from tfodkit.config.lane import lane_of
from tfodkit.config.learning.freezing import freeze_backbone
from tfodkit.config.learning.steps import RunLength, epochs_of, run_length
from tfodkit.config.lint import rules
from tfodkit.config.lint.check import lint
from tfodkit.config.made import MadeConfig
from tfodkit.config.memory.forecast import forecast_memory
from tfodkit.config.model.architecture import architecture
from tfodkit.config.model.beside_boxes import leave_out_keypoints, masks_asked_for
from tfodkit.config.model_section import model_setup, set_model
from tfodkit.config.options import PipelineOptions
from tfodkit.config.overrides import apply_overrides
from tfodkit.config.pipeline import Message, format_pipeline
from tfodkit.config.readers import fill_eval_reader, fill_train_reader, raise_max_boxes
from tfodkit.config.templates import Template, read_template
from tfodkit.config.training_section import set_training, training_of
from tfodkit.config.weights import DrawnGroup, drawn_groups, group_weights, reweighted
from tfodkit.errors import ConfigError, OutputError, RecordError
from tfodkit.records.manifest import TRAIN, VAL, RecordManifest


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
    warnings = (*made.warnings, *_warnings(message, manifest, output))
    made = replace(made, notes=(*renewed, *made.notes), warnings=warnings)
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


def _warnings(message: Message, manifest: RecordManifest, output: Path) -> Iterator[str]:
    """What the linter warns of, a sentence or two each; this machine's memory, which no config tells of, left out.

    Raises:
        ConfigError: the config could not run. That TensorFlow 1 is no longer trained keeps nobody from having one.
    """
    findings = [finding for finding in lint(message, manifest, path=output) if finding.rule is not rules.LANE_TF1]
    if errors := [finding.problem for finding in findings if finding.is_error]:
        raise ConfigError.collect(errors)
    for problem in (finding.problem for finding in findings):
        yield f"{problem.what}. {problem.remedy} [{problem.code}]"


def _configure(
    message: Message, start: Template, manifest: RecordManifest, options: PipelineOptions, *, folder: Path, output: Path
) -> MadeConfig:
    """Change the template's message into the config's, in place."""
    where = str(start.path)
    notes = _forget_template(message, options)
    architecture(message, where).num_classes = len(manifest.label_map)
    groups = _fill_readers(message, manifest, options, folder)
    run = run_length(message.train_config, options, images=_drawn_images(groups), is_own=start.is_own)
    training = set_training(message.train_config, options, run, where=where)
    if options.freeze:
        freeze_backbone(message)
    if options.augment is not None:
        del message.train_config.data_augmentation_options[:]
        message.train_config.data_augmentation_options.extend(parse_steps(options.augment))
    notes += _make_room(message, manifest, options, batch_size=run.batch_size, where=where)
    set_evaluation(message.eval_config, options)
    notes += apply_overrides(message, options.overrides)
    training = training_of(message.train_config, training.learning_rate, training.rate_origin)
    groups = reweighted(groups, message.train_input_reader.sample_from_datasets_weights)
    train_images = _drawn_images(groups)
    epochs = epochs_of(RunLength(training.steps, training.batch_size), images=train_images)
    train = [group for group in manifest.groups_of(TRAIN) if group.images]
    return MadeConfig(
        path=output,
        template=start.name,
        classes=manifest.label_map.names,
        train_images=train_images,
        val_images=manifest.images(VAL),
        training=training,
        model=model_setup(message, where),
        metrics=tuple(message.eval_config.metrics_set),
        epochs=epochs,
        fine_tune_checkpoint=message.train_config.fine_tune_checkpoint or None,
        records=groups,
        notes=tuple(notes),
        drawn_classes=drawn_classes(train, groups, manifest.label_map.names),
        warnings=tuple(drawn_too_often(groups, epochs)),
        memory=forecast_memory(message, manifest),
    )


def _drawn_images(groups: Iterable[DrawnGroup]) -> int:
    return sum(group.images for group in groups if group.weight)


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
) -> tuple[DrawnGroup, ...]:
    train, val = ([group for group in manifest.groups_of(split) if group.images] for split in (TRAIN, VAL))
    is_per_class = manifest.options.grouping == "class"
    weights = group_weights(train, options.weights, manifest.label_map.names if is_per_class else ())
    fill_train_reader(message.train_input_reader, folder, train, weights)
    fill_eval_reader(message, folder, val)
    return drawn_groups(train, weights)


def _make_room(
    message: Message, manifest: RecordManifest, options: PipelineOptions, *, batch_size: int, where: str
) -> list[str]:
    """Set the model, with room for the objects of the fullest image; a note for each thing that a user could miss."""
    notes = []
    if empty := [file.name for file in manifest.files if not file.images]:
        notes.append(f"left out, without an image: {', '.join(empty)}")
    objects = max(manifest.max_boxes_per_image(split) for split in (TRAIN, VAL))
    if raise_max_boxes(message, objects):
        notes.append(f"max_number_of_boxes is raised to {objects}, the most objects that one image has")
    return notes + set_model(message, options, objects=objects, batch_size=batch_size, where=where)


def _refuse_existing(output: Path, *, force: bool) -> None:
    if output.is_dir():
        raise OutputError(str(output), "a folder is in the way of the file to write", "Choose another name.")
    if output.exists() and not force:
        raise OutputError(str(output), "the file exists", "Choose another name or pass --force.")

"""A folder of labelled images → a records folder: :func:`make_records`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tfodkit import __version__, files
from tfodkit.dataset.source import open_source
from tfodkit.dataset.survey import Progress, SurveyedImage, survey, worker_count
from tfodkit.errors import RecordError
from tfodkit.images.reading import load_image
from tfodkit.records.example import ExampleWriter
from tfodkit.records.existing import is_whole, older_records
from tfodkit.records.fingerprint import fingerprint
from tfodkit.records.grouping import record_groups
from tfodkit.records.manifest import LABEL_MAP, RecordManifest
from tfodkit.records.options import RecordOptions
from tfodkit.records.plan import RecordPlan, plan_records
from tfodkit.records.proof import prove
from tfodkit.records.shapes import Shapes
from tfodkit.records.splice import spliced
from tfodkit.records.writing import Serialized, write_groups


def make_records(
    images: Path | str,
    output: Path | str,
    options: RecordOptions | None = None,
    *,
    annotations: Path | str | None = None,
    format: str | None = None,  # noqa: A002 - as the flag is called
    force: bool = False,
    progress: Progress | None = None,
) -> RecordManifest:
    """Write labelled images as TFRecords to the folder ``output``, with a label map and a manifest.

    ``images`` is a folder of images, or a data set of any shape that :func:`~tfodkit.dataset.source.open_source` takes;
    ``annotations`` is where their annotations are, unless beside or below, and ``format`` which of several it is.
    ``progress`` is called with the images done and the images in all, first while they are looked at, then again while
    they are written.

    The bytes of JPEG and PNG files go into the records unchanged, unless a policy says otherwise. The same input gives
    the same bytes. ``output`` is whole whenever the process ends: it is replaced in one step, when everything has been
    written, and read again as the trainer will read it. Where it already holds what would be written, nothing is.
    With ``force`` it may replace an older records folder, and nothing else.

    Returns:
        What has been written, and what has been left out, changed or should be looked at; ``is_unchanged`` where
        nothing had to be written, and else ``proof`` that the trainer sees every box.

    Raises:
        DataError: with every problem of every file; nothing has been written then.
        OutputError: ``output`` exists and holds anything else than what would be written, or can't be written.
        RecordError: what was written is not what the trainer would see; ``output`` is as it was.
        UsageError: the options can't be meant.

    >>> make_records("images", "records", RecordOptions(seed=3)).images("train")  # doctest: +SKIP
    160
    """
    output = Path(output)
    options = options or RecordOptions()
    older = older_records(output, options, force=force)
    found = survey(
        open_source(Path(images), None if annotations is None else Path(annotations), format),
        policies=options.policies,
        decode=options.verify == "full",
        workers=options.workers,
        label_map=options.label_map,
        progress=progress,
    )
    found.require_sound()
    plan = plan_records(found, options)
    mark = fingerprint(plan)
    if older is not None and older.fingerprint == mark and is_whole(output, older, contents=force):
        return replace(older, is_unchanged=True)
    with files.folder_atomic(output, force=force) as folder:
        return _write(plan, mark, folder, progress)


def _write(plan: RecordPlan, mark: str, folder: Path, progress: Progress | None) -> RecordManifest:
    """Write everything into the empty ``folder``, and prove it."""
    groups = record_groups(plan.images, plan.side_of, plan.options.grouping, plan.label_map)
    written = write_groups(
        groups,
        folder,
        _serializer(plan),
        label_map=plan.label_map,
        shard_bytes=plan.options.shard_bytes,
        workers=worker_count(plan.options.workers),
        progress=progress,
    )
    manifest = RecordManifest(
        tfodkit_version=__version__,
        options=plan.options.recorded,
        label_map=plan.label_map,
        files=written,
        annotations=plan.format,
        dropped=plan.dropped(),
        changed=plan.changed(),
        warnings=plan.warnings(),
        fingerprint=mark,
        box_sample=plan.box_sample(),
    )
    files.write_text(folder / LABEL_MAP, plan.label_map.to_pbtxt())
    manifest.write(folder)
    proof = prove(folder, manifest, plan.boxes())
    if not proof.holds:
        raise RecordError.collect(proof.problems())
    return replace(manifest, proof=proof, annotated=plan.annotated, lost=plan.lost)


def _serializer(plan: RecordPlan) -> Callable[[SurveyedImage], Serialized]:
    shapes = Shapes.of(image.annotation for image in plan.images)
    examples = ExampleWriter(plan.label_map, shapes)

    def serialize(image: SurveyedImage) -> Serialized:
        loaded = load_image(image.annotation.image, image.facts, image.mend)
        return spliced(examples.serialize(image.annotation, replace(loaded, content=b"")), loaded.content)

    return serialize

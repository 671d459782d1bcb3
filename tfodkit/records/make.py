"""A folder of labelled images → a records folder: :func:`make_records`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tfodkit import __version__, files
from tfodkit.annotations.values import ImageAnnotation, LeftOut
from tfodkit.dataset.copies import identical_images
from tfodkit.dataset.dataset import dataset_of, scan_folder
from tfodkit.dataset.label_map import LabelMap
from tfodkit.dataset.split import Group, split_dataset
from tfodkit.errors import DataError, OutputError, Problem
from tfodkit.records.encoded_image import EncodedImage, read_images
from tfodkit.records.example import ExampleWriter
from tfodkit.records.file_names import file_stems
from tfodkit.records.manifest import BACKGROUND, LABEL_MAP, MANIFEST, SPLITS, Dropped, RecordFile, RecordManifest
from tfodkit.records.tfrecord import RecordWriter

RECORD_SUFFIX = ".record"

Progress = Callable[[int, int], None]
"""Called after each image with the images done and the images in all."""


def make_records(
    images: Path | str,
    output: Path | str,
    *,
    annotations: Path | str | None = None,
    split: float = 0.8,
    seed: int = 0,
    force: bool = False,
    progress: Progress | None = None,
) -> RecordManifest:
    """Write the images in ``images`` and their labelImg XML as TFRecords, one per home class and split, to ``output``.

    ``annotations`` is the folder of the XML files where they are not beside the images. ``split`` is the share of
    images to train on, between 0 and 1, and ``seed`` draws them. The image files' bytes go into the records unchanged.
    The same input gives the same bytes. ``output`` is whole or absent: it appears when everything has been written.
    With ``force`` it may replace an older records folder, and nothing else.

    Returns:
        What has been written, and in ``dropped`` what has been left out: boxes of zero size, images without XML.

    Raises:
        DataError: with every problem of every file; nothing has been written then.
        OutputError: ``output`` exists.
        UsageError: ``split`` is out of range.
    """
    images, output = Path(images), Path(output)
    _refuse_output(output, force=force)
    reading = scan_folder(images, None if annotations is None else Path(annotations))
    if reading.problems:
        raise DataError.collect([*reading.problems, *_image_problems(reading.annotations)])
    dataset = dataset_of(reading)
    label_map = dataset.label_map
    copies = identical_images(annotation.image for annotation in dataset.annotations)
    groups = split_dataset(dataset, train_share=split, seed=seed, together=copies)
    _require_both_splits(groups, images)
    with files.folder_atomic(output, force=force) as folder:
        manifest = RecordManifest(
            tfodkit_version=__version__,
            seed=seed,
            split=split,
            label_map=label_map,
            files=tuple(_write_groups(groups, folder, label_map, progress)),
            dropped=tuple(_dropped(dataset.left_out)),
        )
        files.write_text(folder / LABEL_MAP, label_map.to_pbtxt())
        manifest.write(folder)
    return manifest


def _write_groups(
    groups: tuple[Group, ...], folder: Path, label_map: LabelMap, progress: Progress | None
) -> list[RecordFile]:
    """Write every group; where images have problems go on, to name them all, and raise in the end."""
    source = _Source(groups, progress)
    stems = file_stems([*label_map.names, BACKGROUND])
    examples = ExampleWriter(label_map)
    written = [
        _write_group(group, folder / f"{group.split}_{stems[group.home_class]}{RECORD_SUFFIX}", examples, source)
        for group in groups
    ]
    if source.problems:
        raise DataError.collect(sorted(source.problems, key=lambda problem: problem.where))
    order = {split: index for index, split in enumerate(SPLITS)}
    return sorted(written, key=lambda file: (order[file.split], file.name))


class _Source:
    """The images of all groups in their order, read ahead over the borders of groups."""

    def __init__(self, groups: tuple[Group, ...], progress: Progress | None) -> None:
        self.problems: list[Problem] = []
        self._outcomes = read_images(annotation for group in groups for annotation in group.annotations)
        self._progress = progress
        self._total = sum(len(group.annotations) for group in groups)
        self._done = 0

    def usable(self, group: Group) -> Iterator[tuple[ImageAnnotation, EncodedImage]]:
        """The images of ``group``, which must be the next; those with a problem are kept back."""
        for annotation in group.annotations:
            outcome = next(self._outcomes)
            self._done += 1
            if isinstance(outcome, DataError):
                self.problems.extend(outcome.problems)
            else:
                yield annotation, outcome
            if self._progress:
                self._progress(self._done, self._total)


def _write_group(group: Group, path: Path, examples: ExampleWriter, source: _Source) -> RecordFile:
    with files.open_atomic(path) as file:
        writer = RecordWriter(file)
        for annotation, image in source.usable(group):
            if not source.problems:  # what is written after a problem would be thrown away
                writer.write(examples.serialize(annotation, image))
    boxes = Counter(found.label for annotation in group.annotations for found in annotation.objects)
    images_with = Counter(label for annotation in group.annotations for label in annotation.labels)
    return RecordFile(
        name=path.name,
        split=group.split,
        home_class=group.home_class,
        images=len(group.annotations),
        boxes=tuple(sorted(boxes.items())),
        images_with=tuple(sorted(images_with.items())),
        max_boxes_per_image=max(len(annotation.objects) for annotation in group.annotations),
        bytes=writer.bytes,
        sha256=writer.sha256,
    )


def _image_problems(annotations: Iterable[ImageAnnotation]) -> list[Problem]:
    return [
        problem
        for outcome in read_images(annotations)
        if isinstance(outcome, DataError)
        for problem in outcome.problems
    ]


def _dropped(left_out: Iterable[LeftOut]) -> list[Dropped]:
    reasons: dict[str, list[str]] = defaultdict(list)
    for item in left_out:
        reasons[item.reason].append(item.where)
    return [Dropped(reason, tuple(where)) for reason, where in sorted(reasons.items())]


def _require_both_splits(groups: tuple[Group, ...], images: Path) -> None:
    if {group.split for group in groups} != set(SPLITS):
        what = "no class has two annotated images, so none is left to validate with"
        raise DataError(str(images), what, "Label more images.")


def _refuse_output(output: Path, *, force: bool) -> None:
    """Refuse what exists; even with ``force`` a folder that holds anything but records, which would be lost."""
    files.refuse_existing(output, force=force)
    if not output.is_dir() or not (names := sorted(path.name for path in output.iterdir())):
        return
    foreign = [name for name in names if name not in (MANIFEST, LABEL_MAP) and not name.endswith(RECORD_SUFFIX)]
    if foreign or MANIFEST not in names:
        what = f"the folder is no records folder: it holds {(foreign or names)[0]!r}"
        raise OutputError(str(output), what, "Choose another place; --force replaces records only.")

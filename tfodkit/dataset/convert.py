"""Writes a data set in another annotation format: :func:`convert`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from tfodkit import files
from tfodkit.annotations.losses import Loss
from tfodkit.annotations.values import ImageAnnotation
from tfodkit.dataset.image_copies import ImageCopies, place_images
from tfodkit.dataset.policies import Policies
from tfodkit.dataset.source import Source, open_source
from tfodkit.dataset.survey import Progress, Survey, survey
from tfodkit.errors import OutputError, UsageError
from tfodkit.findings import Finding, Severity, by_rule

MARKER = "conversion.json"
"""What was converted, and what was lost; a folder without it was written by something else."""
IMAGES = "images"

Images = Literal["none", "copy", "link"]


@dataclass(frozen=True, slots=True)
class ConvertReport:
    """What was written, and what the target could not hold."""

    output: Path
    source_format: str
    target_format: str
    images: int
    """Those with an annotation, perhaps without objects."""
    objects: int
    losses: tuple[Loss, ...]
    """What the target format can't hold, counted."""
    findings: tuple[Finding, ...]
    """What was found wrong on the way and mended, left out or harmless; notes are not among them."""

    def to_json(self) -> str:
        """The report as ``conversion.json`` has it: the same on every machine."""
        values: dict[str, Any] = {
            "from": self.source_format,
            "to": self.target_format,
            "images": self.images,
            "objects": self.objects,
            "lost": {loss.what: loss.count for loss in self.losses},
            "findings": [
                {"code": rule.code, "name": rule.name, "outcome": str(outcome), "count": len(group)}
                for rule, found in by_rule(self.findings).items()
                for outcome in sorted({finding.outcome for finding in found})
                if (group := [finding for finding in found if finding.outcome is outcome])
            ],
        }
        return json.dumps(values, indent=2, ensure_ascii=False) + "\n"


def convert(
    data: Path | str,
    output: Path | str,
    *,
    to: str,
    annotations: Path | str | None = None,
    format: str | None = None,  # noqa: A002 - named as the flag is
    policies: Policies | None = None,
    images: Images = "none",
    force: bool = False,
    progress: Progress | None = None,
) -> ConvertReport:
    """Write the annotations of ``data`` as ``to``, one of ``voc``, ``coco``, ``yolo`` and ``csv``, into ``output``.

    ``data``, ``annotations`` and ``format`` are as for :func:`tfodkit.check`. Written are ``<image>.xml`` for ``voc``,
    ``annotations.json``, ``annotations.csv``, or ``labels/``, ``classes.txt`` and ``data.yaml``; and
    ``conversion.json``. With ``images`` the pictures come along, as copies, mended where ``policies`` say so, or as
    symbolic links: beside the XML files, else in ``images/``.

    Raises:
        DataError: there is nothing to read, an annotation is wrong, or two images would share one annotation file.
        OutputError: ``output`` is there and not empty without ``force``, or was not written by this command; or it lies
            among the images, or holds what is read.
        UsageError: there is no such format.
    """
    _require_known(to, images)
    output = Path(output)
    files.refuse_existing(output, force=force, marker=MARKER)
    source = open_source(Path(data), None if annotations is None else Path(annotations), format)
    _refuse_overlap(output, source)
    policies = policies or Policies()
    # Pixels matter where damaged images are to be mended; annotations are judged without.
    found = survey(source, policies=policies, decode=policies.repair_images, progress=progress)
    found.require_sound()
    with files.folder_atomic(output, force=force, marker=MARKER) as folder:
        copies = ImageCopies(folder if to == "voc" else folder / IMAGES, images)
        written = place_images(found.images, copies)
        report = _report(found, to, output, WRITERS[to](written, folder))
        files.write_text(folder / MARKER, report.to_json())
    return report


def _require_known(to: str, images: str) -> None:
    if to not in WRITERS:
        *others, last = WRITERS
        raise UsageError(f"--to {to}", "there is no such format", f"Pass {', '.join(others)} or {last}.")
    if images not in get_args(Images):
        raise ValueError(f"images must be one of {', '.join(get_args(Images))}, but got {images!r}")


def _refuse_overlap(output: Path, source: Source) -> None:
    """Not even ``force`` may replace what is read, and nobody wants to read the copies with the originals next time."""
    place, images, annotations = output.resolve(), source.images.folder.resolve(), source.root.resolve()
    if images.is_relative_to(place) or annotations.is_relative_to(place):
        raise OutputError(str(output), "the data set that is read lies in this folder", "Choose another place.")
    if place.is_relative_to(images):
        what = f"the folder lies in that of the images, {source.images.folder}: they would be read twice"
        raise OutputError(str(output), what, "Choose a place outside of it.")


def _report(found: Survey, to: str, output: Path, losses: tuple[Loss, ...]) -> ConvertReport:
    return ConvertReport(
        output=output,
        source_format=found.format,
        target_format=to,
        images=len(found.images),
        objects=sum(len(image.annotation.objects) for image in found.images),
        losses=losses,
        findings=tuple(finding for finding in found.findings if finding.rule.severity is not Severity.NOTE),
    )


def _write_voc(annotations: Sequence[ImageAnnotation], folder: Path) -> tuple[Loss, ...]:
    from tfodkit.annotations.voc_writer import write_voc

    return write_voc(annotations, folder)


def _write_coco(annotations: Sequence[ImageAnnotation], folder: Path) -> tuple[Loss, ...]:
    from tfodkit.annotations.coco_writer import write_coco

    return write_coco(annotations, folder / "annotations.json")


def _write_yolo(annotations: Sequence[ImageAnnotation], folder: Path) -> tuple[Loss, ...]:
    from tfodkit.annotations.yolo_writer import write_yolo

    labels = {label for annotation in annotations for label in annotation.labels}
    return write_yolo(annotations, folder, class_names=sorted(labels))


def _write_csv(annotations: Sequence[ImageAnnotation], folder: Path) -> tuple[Loss, ...]:
    from tfodkit.annotations.csv_writer import write_csv

    return write_csv(annotations, folder / "annotations.csv")


WRITERS: Mapping[str, Callable[[Sequence[ImageAnnotation], Path], tuple[Loss, ...]]] = {
    "voc": _write_voc,
    "coco": _write_coco,
    "yolo": _write_yolo,
    "csv": _write_csv,
}
"""What each format is written by, imported when used."""

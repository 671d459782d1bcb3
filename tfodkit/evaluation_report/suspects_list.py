"""Labels that may be wrong, as a list to work through in labelImg.

::

    suspects/
      suspects.txt     how to open it, and every suspicion in words, the greatest doubt first
      suspects.csv     the same as a table
      classes.txt      the classes, for labelImg
      0001/tray.jpg    the pictures, where they are at hand, each in a folder of its own: labelImg sorts by path,
      0002/cup.jpg     so that the next picture is the next in doubt
      tray.xml         the annotation of each, and a box more for each suspicion, whose label ends with "?":
      cup.xml          "mug?" is missing, "mug, not cup?" another class, "mug, here?" another place, "no mug?" spurious

Whoever works through it mends the label that is meant, deletes every box whose label ends with "?", saves, and copies
the XML files over the old ones.
"""

from __future__ import annotations

import csv
import io
import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from tfodkit import files
from tfodkit.annotations.values import ImageAnnotation, ObjectAnnotation
from tfodkit.annotations.voc_writer import write_voc_xml
from tfodkit.boxes import Box
from tfodkit.errors import DataError
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.comparing.suspects import Suspect, Suspicion
from tfodkit.images.index import IMAGE_SUFFIXES

CSV_NAME = "suspects.csv"
COLUMNS = (
    "rank",
    "doubt",
    "kind",
    "image",
    "labelled",
    "found",
    "score",
    "iou",
    "xmin",
    "ymin",
    "xmax",
    "ymax",
    "words",
)
_LABELS = {
    Suspicion.WRONG_CLASS: "{found}, not {labelled}?",
    Suspicion.MISSING: "{found}?",
    Suspicion.MISPLACED: "{found}, here?",
    Suspicion.SPURIOUS: "no {labelled}?",
}


@dataclass(frozen=True, slots=True)
class SuspectFiles:
    """What :func:`write_suspects` wrote."""

    folder: Path
    suspects: int
    images: int
    pictures: int
    """Of the images, those whose picture was copied."""
    command: str
    """The line that opens them in labelImg."""


def suspects_csv(images: EvaluationSet, suspects: Sequence[Suspect]) -> str:
    """The table of suspicions, the greatest doubt first: :data:`COLUMNS`; the box, in pixels, is the one to look at.

    That is the detection's where there is one, else the object's.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_row(images, rank, suspect) for rank, suspect in enumerate(suspects, start=1))
    return text.getvalue()


def write_suspects(
    images: EvaluationSet,
    suspects: Sequence[Suspect],
    output: Path,
    *,
    annotations: Sequence[ImageAnnotation] | None = None,
    pictures: Mapping[int, Path] | None = None,
    force: bool = False,
) -> SuspectFiles:
    """Write the folder that this module's docstring draws, whole or not at all.

    ``annotations`` are those of ``images``, in their order, where they tell more than the columns do; ``pictures`` are
    the files of the images at some places.

    Raises:
        DataError: a picture can't be copied.
        OutputError: ``output`` is there and not empty without ``force``, or something else wrote it.
    """
    by_image: dict[int, list[Suspect]] = {}
    for suspect in suspects:
        by_image.setdefault(suspect.image, []).append(suspect)
    names = dict(zip(by_image, _own_stems([images.images[place].name for place in by_image]), strict=True))
    pictures = {place: path for place, path in (pictures or {}).items() if place in by_image}
    opened = output if pictures else Path("PICTURES")
    command = shlex.join(["labelImg", str(opened), str(output / "classes.txt"), str(output)])
    with files.folder_atomic(output, force=force, marker=CSV_NAME) as folder:
        for rank, (place, doubted) in enumerate(by_image.items(), start=1):
            annotation = annotations[place] if annotations else _annotation(images, place)
            marks = tuple(_mark(images, suspect) for suspect in doubted)
            picture = Path(f"{rank:04}", names[place] + (pictures[place].suffix if place in pictures else ""))
            marked = replace(annotation, image=picture, objects=(*annotation.objects, *marks))
            write_voc_xml(marked, folder / f"{names[place]}.xml")
            if place in pictures:
                _copy(pictures[place], folder / picture)
        files.write_text(folder / "classes.txt", "".join(f"{name}\n" for name in sorted(images.class_names.values())))
        files.write_text(folder / "suspects.txt", "".join(f"{line}\n" for line in _lines(images, suspects, command)))
        files.write_text(folder / CSV_NAME, suspects_csv(images, suspects))
    return SuspectFiles(output, len(suspects), len(by_image), len(pictures), command)


def _lines(images: EvaluationSet, suspects: Sequence[Suspect], command: str) -> Iterator[str]:
    yield command
    yield 'Mend the label that is meant, delete every box whose label ends with "?", save, and take the XML files over.'
    yield ""
    for rank, suspect in enumerate(suspects, start=1):
        name = images.images[suspect.image].name
        yield f"{rank:>4}  {suspect.doubt:.2f}  {suspect.kind:14}  {name}: {suspect.words(images)}"


def _row(images: EvaluationSet, rank: int, suspect: Suspect) -> list[object]:
    labelled, found = _names(images, suspect)
    score = "" if suspect.detection is None else round(float(images.found.score[suspect.detection]), 4)
    box = [round(side, 2) for side in _xyxy(images, suspect)]
    name = images.images[suspect.image].name
    doubt, iou = round(suspect.doubt, 4), round(suspect.iou, 4)
    return [rank, doubt, str(suspect.kind), name, labelled, found, score, iou, *box, suspect.words(images)]


def _names(images: EvaluationSet, suspect: Suspect) -> tuple[str, str]:
    """The class that is labelled and the one that is found; blank where nothing is."""
    labelled = "" if suspect.object is None else images.class_names[int(images.truth.class_id[suspect.object])]
    found = "" if suspect.detection is None else images.class_names[int(images.found.class_id[suspect.detection])]
    return labelled, found


def _xyxy(images: EvaluationSet, suspect: Suspect) -> list[float]:
    if suspect.detection is not None:
        return [float(side) for side in images.found.boxes_xyxy[suspect.detection]]
    return [float(side) for side in images.truth.boxes_xyxy[suspect.object]]


def _mark(images: EvaluationSet, suspect: Suspect) -> ObjectAnnotation:
    """The box to look at, in whole pixels inside the image, as labelImg has boxes."""
    labelled, found = _names(images, suspect)
    image = images.images[suspect.image]
    xmin, ymin, xmax, ymax = map(round, _xyxy(images, suspect))
    left, top = (min(max(low, 0), most - 1) for low, most in ((xmin, image.width), (ymin, image.height)))
    box = Box(left, top, max(left + 1, min(xmax, image.width)), max(top + 1, min(ymax, image.height)))
    return ObjectAnnotation(_LABELS[suspect.kind].format(labelled=labelled, found=found), box)


def _annotation(images: EvaluationSet, place: int) -> ImageAnnotation:
    """Of the columns."""
    truth, image = images.truth, images.images[place]
    objects = (
        ObjectAnnotation(
            images.class_names[int(truth.class_id[row])],
            Box(*truth.boxes_xyxy[row].tolist()),
            difficult=bool(truth.is_difficult[row]),
        )
        for row in (truth.image == place).nonzero()[0].tolist()
    )
    return ImageAnnotation(Path(image.name), image.width, image.height, tuple(objects))


def _own_stems(names: Sequence[str]) -> Iterator[str]:
    """A stem for each image: its own, numbered where two have the same. labelImg finds an XML by it alone."""
    taken: set[str] = set()
    for name in names:
        path = PurePosixPath(name)
        yield files.own_name(path.stem if path.suffix.lower() in IMAGE_SUFFIXES else path.name, taken)


def _copy(picture: Path, place: Path) -> None:
    try:
        place.parent.mkdir()
        shutil.copyfile(picture, place)
    except OSError as error:
        if error.errno in files.FULL:
            raise  # not the picture's fault: whoever made the folder says so
        raise DataError(str(picture), f"can't be copied: {error.strerror}", "Check the file.") from error

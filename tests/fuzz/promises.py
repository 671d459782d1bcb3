"""What is promised for any input: it ends soon, without a traceback, and each picture is converted or told of."""

from __future__ import annotations

import contextlib
import faulthandler
import io
import signal
import warnings
from collections.abc import Iterator
from pathlib import Path

from fuzz.cases import FOLDER, Case
from lxml import etree
from PIL import Image

from tfodkit.annotations.voc_reader import read_voc_xml
from tfodkit.annotations.voc_writer import write_voc_xml
from tfodkit.dataset.label_map import LabelMap
from tfodkit.dataset.source import open_source
from tfodkit.dataset.survey import Survey, SurveyedImage, survey
from tfodkit.errors import TfodkitError
from tfodkit.findings import Finding, Outcome
from tfodkit.images.index import ImageIndex
from tfodkit.images.reading import load_image
from tfodkit.records.example import ExampleWriter, parse_example

SECONDS = 20
"""A case takes milliseconds, and a bomb two seconds at most."""
LONGEST_MESSAGE = 1000


@contextlib.contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """``TimeoutError`` in the block after so many seconds; the end of the process where that is not enough."""

    def stop(*_: object) -> None:
        raise TimeoutError(f"not done after {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    faulthandler.dump_traceback_later(3 * seconds, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def survey_case(folder: Path, case: Case) -> Survey | TfodkitError:
    """What comes of a case; anything else than these two is raised, and a bug."""
    try:
        with time_limit(SECONDS):
            return survey(open_source(folder / case.passed), policies=case.policies, decode=True, workers=1)
    except TfodkitError as error:
        return error


def broken_promises(folder: Path, case: Case, outcome: Survey | TfodkitError) -> list[str]:
    """What of the promises was not kept; empty for a case that passes."""
    if isinstance(outcome, TfodkitError):
        return _broken_messages(map(str, outcome.problems)) + ["the sound picture is lost"] * case.sound_is_safe
    broken = _broken_messages(str(finding.problem) for finding in outcome.findings)
    converted = {found.annotation.name: found for found in outcome.images}
    for name, files in case.told_by.items():
        if name not in converted and not any(_explains(finding, folder, files) for finding in outcome.findings):
            broken.append(f"{name} is neither converted nor told of")
    if case.sound_is_safe and "sound.jpg" not in converted:
        broken.append("the sound picture is lost")
    kept = sum(len(found.annotation.objects) for found in outcome.images)
    annotated, lost = sum(count for _, count in outcome.annotated), sum(each.count for each in outcome.lost)
    if not outcome.errors and kept != annotated - lost:
        broken.append(f"of {annotated} objects {lost} are counted as lost, but {kept} are converted")
    for name, found in converted.items():
        broken += [f"{name}: {what}" for what in _broken_image(found, folder, outcome.findings)]
    return broken


def _broken_messages(messages: Iterator[str]) -> list[str]:
    """A message is one line of text that can be printed."""
    return [f"no line of text: {ascii(message)[:300]}" for message in messages if not _is_line(message)]


def _is_line(message: str) -> bool:
    return len(message) <= LONGEST_MESSAGE and len(message.splitlines()) == 1 and message.isprintable()


def _explains(finding: Finding, folder: Path, files: frozenset[str]) -> bool:
    """True for a finding, in one of these files, that keeps a picture out of the records."""
    return _is_reason(finding) and any(finding.path == (folder / name if name != FOLDER else folder) for name in files)


def _is_reason(finding: Finding) -> bool:
    return finding.is_error or finding.outcome is Outcome.LEFT_OUT


def _broken_image(found: SurveyedImage, folder: Path, findings: tuple[Finding, ...]) -> Iterator[str]:
    annotation = found.annotation
    size = (annotation.width, annotation.height)
    encoded = load_image(annotation.image, found.facts, found.mend)
    sizes = {(encoded.width, encoded.height), size, _pillow_size(encoded.content) or size}
    if len(sizes) > 1:
        yield f"the picture has several sizes: {sizes}"
    if encoded.format not in ("jpeg", "png"):
        yield f"a {encoded.format} is recorded"
    for each in annotation.objects:
        box = each.box
        if not (0 <= box.xmin < box.xmax <= size[0] and 0 <= box.ymin < box.ymax <= size[1]):
            yield f"the box {box.xyxy} leaves the picture"
    if annotation.objects:
        examples = ExampleWriter(LabelMap.from_names(annotation.labels))
        parsed = parse_example(examples.serialize(annotation, encoded), where="the example")
        if len(parsed["image/object/class/text"]) != len(annotation.objects):
            yield "the example has not every object"
    yield from _broken_round_trip(found, folder)
    yield from _lost_objects(found, findings)


def _pillow_size(content: bytes) -> tuple[int, int] | None:
    """The size that Pillow decodes to; None where it stumbles over what TensorFlow passes over, such as EXIF."""
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(content)) as image:
            image.load()
            return image.size
    except (OSError, ValueError, SyntaxError):
        return None


def _broken_round_trip(found: SurveyedImage, folder: Path) -> Iterator[str]:
    """Written as XML and read again it is the same."""
    path = folder / "again.xml"
    write_voc_xml(found.annotation, path)
    reading = read_voc_xml(path, ImageIndex(folder))
    path.unlink()
    written = [
        (each.label, each.box.xyxy, each.difficult, each.truncated, each.pose) for each in found.annotation.objects
    ]
    if reading.findings or len(reading.drafts) != 1:
        yield f"what was written can't be read: {reading.findings}"
        return
    read = [(each.label, each.xyxy, each.difficult, each.truncated, each.pose) for each in reading.drafts[0].objects]
    if read != written:
        yield f"{written} was read as {read}"


def _lost_objects(found: SurveyedImage, findings: tuple[Finding, ...]) -> Iterator[str]:
    """Of XML: as many objects as the file has are there or told of."""
    source = found.annotation.source
    if source is None or source.suffix != ".xml":
        return
    told = {each.subject for each in findings if each.path == source and each.subject and _is_reason(each)}
    count = len(etree.fromstring(source.read_bytes()).findall("object"))
    if len(found.annotation.objects) + len(told) < count:
        yield f"{count} objects in the file, {len(found.annotation.objects)} converted, {len(told)} told of"

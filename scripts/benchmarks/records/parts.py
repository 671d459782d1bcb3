"""Where the time of a picture goes: each step of make-records alone, in one thread; and what more cores would give.

python parts.py YEAR_FOLDER

Processor time, of which the best of three rounds counts; but for fsync, which waits. The prediction divides among the
cores what runs in threads without Python's lock (reading, hashing, decoding), and leaves all else as it is with one.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter, process_time

from measured import run_measured
from place import ROOT

from tfodkit.annotations.voc_reader import read_voc
from tfodkit.dataset.policies import Policies
from tfodkit.dataset.source import open_source
from tfodkit.dataset.survey import Survey, survey
from tfodkit.images.examination import examine
from tfodkit.images.index import ImageIndex
from tfodkit.images.reading import load_image
from tfodkit.records import RecordManifest, RecordOptions, make_records, prove
from tfodkit.records.example import ExampleWriter
from tfodkit.records.plan import RecordPlan, plan_records
from tfodkit.records.shapes import Shapes
from tfodkit.records.splice import spliced
from tfodkit.records.tfrecord import RecordWriter

ROUNDS = 3
CORES = (1, 2, 4, 8, 16)
PICTURES, FEW = 500, 8
SYNC = "onto the disk (fsync)"
SHOWN = 5000
"""Pictures that the prediction is for."""
IN_THREADS = frozenset({"read", "sha256", "decode to the last pixel", "read and check again"})


def main() -> None:
    year = Path(sys.argv[1])
    with tempfile.TemporaryDirectory(dir=year.parent.parent) as place:
        report(year, Path(place))


def report(year: Path, place: Path) -> None:
    folder = take(year, place / "folder", PICTURES)
    pictures = len(list(folder.glob("*.jpg")))
    startup = min(make(take(year, place / "few", FEW), place) for _ in range(ROUNDS))
    whole = min(make(folder, place) for _ in range(ROUNDS)) - startup
    parts = {title: seconds / pictures for title, seconds in measure_steps(folder, place).items()}
    parts["all else"] = whole / pictures - sum(parts.values()) + parts[SYNC]
    for title, seconds in parts.items():
        print(f"{title:28} {1000 * seconds:7.3f} ms a picture  {seconds / sum(parts.values()):4.0%}")
    print(f"{f'start-up, and {FEW} pictures':28} {startup:7.2f} s\n")
    shared = sum(seconds for title, seconds in parts.items() if title in IN_THREADS)
    predict(startup, shared, sum(parts.values()) - shared)


def predict(startup: float, shared: float, alone: float) -> None:
    print(f"{1000 * shared:.2f} ms a picture can be shared among cores, {1000 * alone:.2f} ms can not; for {SHOWN}:")
    for cores in CORES:
        seconds = startup + SHOWN * (alone + shared / cores)
        here = "  (as here)" if cores == os.cpu_count() else ""
        print(f"{cores:3d} cores: {seconds:5.1f} s, {SHOWN / seconds:5.0f} images/s{here}")


def take(year: Path, folder: Path, pictures: int) -> Path:
    """Links to the first pictures and their XML, in one folder."""
    if not folder.is_dir():
        folder.mkdir()
        for image in sorted((year / "JPEGImages").iterdir())[:pictures]:
            for path in (image, year / "Annotations" / f"{image.stem}.xml"):
                os.link(path, folder / path.name)
    return folder


def make(pictures: Path, place: Path) -> float:
    """Processor time of all of make-records."""
    with tempfile.TemporaryDirectory(dir=place) as output:
        command = [sys.executable, "-m", "tfodkit", "make-records", pictures, "-o", Path(output, "records")]
        return run_measured([*command, "--workers", "1"], cwd=ROOT).cpu_seconds


def measure_steps(folder: Path, place: Path) -> dict[str, float]:
    """Seconds of each step for all pictures."""
    index = ImageIndex(folder)
    found = survey(open_source(folder), policies=Policies(), workers=1)
    plan = plan_records(found, RecordOptions())
    contents = [path.read_bytes() for path in index.images]
    xml = sorted(folder.glob("*.xml"))
    return {
        "list and parse XML": best(lambda: list(read_voc(folder, xml, ImageIndex(folder)))),
        "read": best(lambda: [path.read_bytes() for path in index.images]),
        "sha256": best(lambda: [hashlib.sha256(content).digest() for content in contents]),
        "decode to the last pixel": best(lambda: [examine(content, decode=True) for content in contents]),
        "split": best(lambda: plan_records(found, RecordOptions())),
        "read and check again": best(lambda: [load_image(i.annotation.image, i.facts) for i in found.images]),
        **measure_writing(found, plan, place),
    }


def measure_writing(found: Survey, plan: RecordPlan, place: Path) -> dict[str, float]:
    shapes = Shapes.of(image.annotation for image in plan.images)
    examples = ExampleWriter(plan.label_map, shapes)
    loaded = [(image.annotation, load_image(image.annotation.image, image.facts)) for image in found.images]

    def serialize() -> list[tuple[bytes, ...]]:
        return [spliced(examples.serialize(a, replace(image, content=b"")), image.content) for a, image in loaded]

    def write() -> float:
        """Seconds that fsync took."""
        with tempfile.TemporaryFile(dir=place) as file:
            writer = RecordWriter(file)
            for parts in records:
                writer.write(*parts)
            file.flush()
            start = perf_counter()
            os.fsync(file.fileno())
            return perf_counter() - start

    records = serialize()
    return {
        "serialize": best(serialize),
        "checksums and write": best(write),
        SYNC: min(write() for _ in range(ROUNDS)),
        "prove": measure_proof(found, plan, place / "proved"),
    }


def measure_proof(found: Survey, plan: RecordPlan, folder: Path) -> float:
    make_records(found.folder, folder, RecordOptions(workers=1))
    manifest = RecordManifest.read(folder)
    return best(lambda: prove(folder, manifest, plan.boxes()))


def best(step: Callable[[], object]) -> float:
    """Seconds of the processor."""
    seconds = []
    for _ in range(ROUNDS):
        start = process_time()
        step()
        seconds.append(process_time() - start)
    return min(seconds)


if __name__ == "__main__":
    main()

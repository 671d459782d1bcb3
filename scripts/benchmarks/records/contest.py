"""The contenders, and their runs in turn."""

from __future__ import annotations

import hashlib
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from measured import Measured, run_measured
from place import HERE, ROOT, Devkit, Place

Command = Sequence[str | Path]
PYTHON = sys.executable


def make_records(devkit: Devkit, output: Path, *flags: str) -> Command:
    """Ours, as a user calls it."""
    return [
        *(PYTHON, "-m", "tfodkit", "make-records"),
        *(devkit.images, "--annotations", devkit.annotations, "--output", output, *flags),
    ]


def odapi_script(devkit: Devkit, output: Path) -> Command:
    return [
        *(PYTHON, HERE / "odapi_script.py", f"--data_dir={devkit.folder}", "--year=VOC2012", "--set=train"),
        *(f"--output_path={output}", f"--label_map_path={devkit.label_map}"),
    ]


def plain_loop(devkit: Devkit, output: Path) -> Command:
    return [PYTHON, HERE / "plain_loop.py", devkit.year, devkit.label_map, output]


@dataclass(frozen=True, slots=True)
class Contender:
    letter: str
    title: str
    command: Callable[[Devkit, Path], Command]


CONTENDERS = (
    Contender("A", "make-records, all images decoded", make_records),
    Contender("B", "OD API's create_pascal_tf_record.py", odapi_script),
    Contender("C", "a plain tf.io.TFRecordWriter loop", plain_loop),
    Contender(
        "D", "make-records --verify header", lambda devkit, output: make_records(devkit, output, "--verify", "header")
    ),
    Contender("E", "cp -r", lambda devkit, output: ["cp", "-r", devkit.year, output]),
    Contender(
        "F", "cp -r, sync", lambda devkit, output: ["sh", "-c", 'cp -r "$0" "$1" && sync -f "$1"', devkit.year, output]
    ),
)


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times the images per second of ``under`` those of ``over`` are, and how many are wanted."""

    over: str
    under: str
    wanted: float | None


RATIOS = (Ratio("A", "B", 5), Ratio("A", "C", 5), Ratio("D", "E", 0.5), Ratio("D", "F", None))


@dataclass(frozen=True, slots=True)
class Result:
    """All runs of one contender."""

    contender: Contender
    pictures: int
    runs: tuple[Measured, ...]

    @property
    def seconds(self) -> float:
        """The median."""
        return statistics.median(run.seconds for run in self.runs)

    @property
    def images_per_second(self) -> float:
        return self.pictures / self.seconds

    @property
    def cpu_seconds(self) -> float:
        return statistics.median(run.cpu_seconds for run in self.runs)

    @property
    def peak_bytes(self) -> int:
        return max(run.peak_bytes for run in self.runs)


def hold_contest(place: Place, devkit: Devkit, *, letters: str, runs: int, pictures: int) -> list[Result]:
    """Run the contenders of these letters in turn, ``runs`` times."""
    chosen = [contender for contender in CONTENDERS if contender.letter in letters]
    measured: dict[str, list[Measured]] = {contender.letter: [] for contender in chosen}
    devkit.read_once()
    for number in range(1, runs + 1):
        for contender in chosen:
            with place.fresh() as output:
                run = run_measured(contender.command(devkit, output), cwd=ROOT)
            measured[contender.letter].append(run)
            print(f"run {number}: {contender.letter} {run.seconds:.2f} s", file=sys.stderr)
    return [Result(contender, pictures, tuple(measured[contender.letter])) for contender in chosen]


def ratios(results: Sequence[Result]) -> list[tuple[Ratio, float]]:
    """Those of which both contenders ran."""
    speed = {result.contender.letter: result.images_per_second for result in results}
    return [
        (ratio, speed[ratio.over] / speed[ratio.under]) for ratio in RATIOS if {ratio.over, ratio.under} <= {*speed}
    ]


def same_bytes(place: Place, devkit: Devkit) -> bool:
    """Whether 1 and 8 workers write the same files, byte for byte."""
    return _digests(place, devkit, workers=1) == _digests(place, devkit, workers=8)


def _digests(place: Place, devkit: Devkit, *, workers: int) -> dict[str, str]:
    with place.fresh() as output:
        run_measured(make_records(devkit, output, "--workers", str(workers)), cwd=ROOT)
        return {path.name: _sha256(path) for path in sorted(output.iterdir())}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

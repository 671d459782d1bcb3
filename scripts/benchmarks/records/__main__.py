"""tfodkit make-records against the ways there are without it: the same pictures, in turn, in one call.

    scripts/benchmark records                          5,000 pictures, 3 runs of each
    scripts/benchmark records --pictures 500 --runs 1  a look, within two minutes
    scripts/benchmark records --memory                 peak memory with 5,000 and with 50,000 pictures
    scripts/benchmark records --parts                  where the time of a picture goes, and what more cores would give

Each contender runs as a whole process with all its start-up, and into a fresh place each time; first one run of each,
then the next of each, so that a machine that slows down slows all of them. What a run left to be written to the disk is
written before the next one starts. All files have been read once before and come from the page cache, if it holds them.
Our records are on the disk when make-records ends (fsync); those of B and C, and the copy of E, are on their way.

The pictures are drawn once and kept in --folder, outside the repository, where results are put and removed. A figure
says something about the machine named above it and no other: quote both, or the ratios of one call.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from contest import CONTENDERS, Result, hold_contest, make_records, ratios, same_bytes
from machine import describe_machine
from measured import MEBIBYTE, run_measured
from pictures import describe_pictures
from place import HERE, ROOT, DrawnSet, Place

ALL = "".join(contender.letter for contender in CONTENDERS)
GROWTH = 10
"""With how many times as many pictures memory is measured again."""


def main() -> None:
    options = _parse()
    say = _silent if options.json else print
    place = Place(options.folder)
    drawn = DrawnSet(options.pictures, *options.size, options.seed)
    devkit = place.devkit(drawn)
    if options.parts:
        sys.exit(subprocess.run([sys.executable, HERE / "parts.py", devkit.year], check=False).returncode)
    report: dict[str, Any] = {"machine": describe_machine(), "pictures": describe_pictures(devkit)}
    say(f"{report['machine']}\n{report['pictures']}\n")
    if options.memory:
        report["memory"] = [_measure_memory(place, drawn.times(factor), say) for factor in (1, GROWTH)]
    else:
        results = hold_contest(place, devkit, letters=options.only, runs=options.runs, pictures=options.pictures)
        report |= _report(results)
        _print_results(results, say)
        if options.only == ALL:
            report["same_bytes"] = same_bytes(place, devkit)
            say(f"the same bytes from 1 and from 8 workers: {'yes' if report['same_bytes'] else 'NO'}")
    if options.json:
        print(json.dumps(report, indent=2))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/benchmark records", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pictures", type=int, default=5000, metavar="N")
    parser.add_argument("--size", type=_size, default=(1024, 768), metavar="WxH", help="of the pictures: 1024x768")
    parser.add_argument("--seed", type=int, default=0, help="draws the pictures")
    parser.add_argument("--runs", type=int, default=3, metavar="R", help="of each contender; the median is given")
    parser.add_argument("--only", type=str.upper, default=ALL, metavar="LETTERS", help=f"contenders, such as {ALL[:3]}")
    parser.add_argument("--memory", action="store_true", help=f"peak memory, also with {GROWTH} N pictures")
    parser.add_argument("--parts", action="store_true", help="the time of each step for one picture")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    folder = Path(tempfile.gettempdir(), "tfodkit-benchmark")
    parser.add_argument("--folder", type=Path, default=folder, help="for pictures and results: %(default)s")
    return parser.parse_args()


def _size(text: str) -> tuple[int, int]:
    width, height = map(int, text.split("x"))
    return width, height


def _silent(_: str) -> None:
    """Text has no place beside JSON."""


def _measure_memory(place: Place, drawn: DrawnSet, say: Any) -> dict[str, Any]:
    devkit = place.devkit(drawn)
    with place.fresh() as output:
        run = run_measured(make_records(devkit, output), cwd=ROOT, look=True)
    assert run.peak_bytes_together is not None
    say(
        f"{drawn.pictures:7,} pictures: peak {run.peak_bytes / MEBIBYTE:.0f} MiB in the largest process, "
        f"{run.peak_bytes_together / MEBIBYTE:.0f} MiB in all together; {drawn.pictures / run.seconds:.0f} images/s"
    )
    return {
        "pictures": drawn.pictures,
        "seconds": run.seconds,
        "peak_bytes": run.peak_bytes,
        "peak_bytes_together": run.peak_bytes_together,
    }


def _report(results: Sequence[Result]) -> dict[str, Any]:
    contenders = {
        result.contender.letter: {
            "title": result.contender.title,
            "images_per_second": result.images_per_second,
            "seconds": [run.seconds for run in result.runs],
            "cpu_seconds": [run.cpu_seconds for run in result.runs],
            "peak_bytes": result.peak_bytes,
        }
        for result in results
    }
    found = {f"{ratio.over}/{ratio.under}": value for ratio, value in ratios(results)}
    return {"page_cache": "warm", "contenders": contenders, "ratios": found}


def _print_results(results: Sequence[Result], say: Any) -> None:
    say(f"{'':38} {'images/s':>8} {'seconds':>8} {'(least to most)':>16} {'CPU s':>6} {'peak MiB':>9}")
    for result in results:
        seconds = [run.seconds for run in result.runs]
        say(
            f"{result.contender.letter} {result.contender.title:36} {result.images_per_second:8.0f} "
            f"{result.seconds:8.2f} {f'({min(seconds):.2f} to {max(seconds):.2f})':>16} {result.cpu_seconds:6.1f} "
            f"{result.peak_bytes / MEBIBYTE:9.0f}"
        )
    say("")
    for ratio, value in ratios(results):
        wanted = "" if ratio.wanted is None else f"  (wanted: {ratio.wanted:g})"
        say(f"images/s of {ratio.over} / {ratio.under}: {value:.2f}{wanted}")


if __name__ == "__main__":
    main()

"""COCO's figures from our evaluator, pycocotools and faster-coco-eval: the same detections, in turn, in one call.

    scripts/benchmark eval                            5,000 images with 100 detections each, 80 classes, 3 runs
    scripts/benchmark eval --images 500 --repeat 1    a look, within half a minute
    scripts/benchmark eval --classes 1                all detections compete in one class
    scripts/benchmark eval --only ours                for the profiler

Each run is a process of its own that draws the set, puts it into the form that the contender wants, and is timed from
there: matching, average precision and the twelve figures; ours measures the thirds of the set's own areas as well.
pycocotools is asked for evaluate, accumulate and summarize. Peak memory is that of the whole process, with the set.

Of our CPU time at the default sizes, a tenth goes into finding the overlaps, a quarter into seven assignments (all
areas, COCO's three bands, three thirds) and half into nine accumulations (these, and those of 1 and of 10 detections).

A figure says something about the machine named above it and no other: quote both, or the ratios of one call.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from drawn import DrawnSet
from machine import describe_machine

HERE = Path(__file__).parent
CONTENDERS = ("ours", "pycocotools", "faster-coco-eval")
WANTED = {"pycocotools": 5}
MEBIBYTE = 1 << 20
Runs = dict[str, list[dict[str, Any]]]


def main() -> None:
    options = _parse()
    say = (lambda _: None) if options.json else print
    drawn = DrawnSet(options.images, options.detections, options.classes, options.objects, options.seed)
    report: dict[str, Any] = {"machine": describe_machine(), "set": asdict(drawn)}
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", *CONTENDERS[1:]))
    say(f"{report['machine']}\n{versions}\n{_words(drawn)}; median of {options.repeat}\n")
    runs: Runs = {name: [] for name in CONTENDERS if name in options.only}
    for number in range(options.repeat):
        for name in runs if number % 2 == 0 else reversed(runs):
            runs[name].append(_run(name, drawn))
            print(f"run {number + 1}: {name} {runs[name][-1]['seconds']:.2f} s", file=sys.stderr)
    report |= {"runs": runs, "ratios": _ratios(runs), "largest_difference": _largest_difference(runs)}
    for line in _lines(runs, report):
        say(line)
    if options.json:
        print(json.dumps(report, indent=2))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/benchmark eval", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, default=5000, metavar="N")
    parser.add_argument("--detections", type=int, default=100, metavar="N", help="of an image")
    parser.add_argument("--classes", type=int, default=80, metavar="N")
    parser.add_argument("--objects", type=float, default=7, metavar="N", help="of an image, on average")
    parser.add_argument("--seed", type=int, default=0, help="draws the set")
    parser.add_argument("--repeat", type=int, default=3, metavar="R", help="runs of each contender; medians are given")
    parser.add_argument("--only", nargs="+", choices=CONTENDERS, default=CONTENDERS, metavar="NAME")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    return parser.parse_args()


def _words(drawn: DrawnSet) -> str:
    return (
        f"{drawn.images:,} images x {drawn.detections} detections, {drawn.classes} classes, "
        f"{drawn.objects:g} objects an image, seed {drawn.seed}"
    )


def _run(name: str, drawn: DrawnSet) -> dict[str, Any]:
    command = [sys.executable, HERE / "contender.py", name, json.dumps(asdict(drawn))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{name} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _median(runs: Sequence[dict[str, Any]], key: str) -> float:
    return statistics.median(run[key] for run in runs)


def _ratios(runs: Runs) -> dict[str, dict[str, float]]:
    """How many times as long as we the others take."""
    if "ours" not in runs:
        return {}
    return {
        name: {key: _median(runs[name], key) / _median(runs["ours"], key) for key in ("seconds", "cpu_seconds")}
        for name in runs
        if name != "ours"
    }


def _largest_difference(runs: Runs) -> float:
    """Of a figure, between any two runs."""
    figures = [run["figures"] for each in runs.values() for run in each]
    return max(max(values) - min(values) for values in zip(*figures, strict=True))


def _lines(runs: Runs, report: dict[str, Any]) -> list[str]:
    table = [
        f"{name:17} {_median(each, 'seconds'):8.2f} s {_median(each, 'cpu_seconds'):8.2f} CPU s "
        f"{max(run['peak_bytes'] for run in each) / MEBIBYTE:6.0f} MiB at most   mAP {each[0]['figures'][0]:.4f}"
        for name, each in runs.items()
    ]
    ratios = [
        f"{name} / ours: {ratio['seconds']:.1f} times the time{_wanted(name)}, {ratio['cpu_seconds']:.1f} the CPU time"
        for name, ratio in report["ratios"].items()
    ]
    return [*table, "", *ratios, f"largest difference of a figure: {report['largest_difference']:.1e}"]


def _wanted(name: str) -> str:
    return f" (wanted: {WANTED[name]})" if name in WANTED else ""


if __name__ == "__main__":
    main()

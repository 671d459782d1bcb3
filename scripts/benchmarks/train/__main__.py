"""tfodkit train against the Object Detection API's own loop: the same config, data and seed, in turn, in one call.

    scripts/benchmark train                              the example's pictures, SSD MobileNet V2 320 at batch 8, 3 runs
    scripts/benchmark train --template NAME --image-size 256 --batch-size 2
    scripts/benchmark train --eval --run RUN             evaluation of 200 pictures instead, with the weights of a run

Each contender runs as a process of its own, from the start of Python. The first step is counted to its end; the steady
rate is that of the steps after it, over what each does beside them: display, tables and log lines here, summaries
there. Upstream takes its steps in calls of ten, inside the graph, as its loop does with a hundred. CPU seconds are
those of the steady part: on a busy machine they tell more than the clock.

A figure says something about the machine named above it and no other: quote both, or the ratios of one call.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from data import make_data
from machine import describe_machine

HERE = Path(__file__).parent
CONTENDERS = ("ours", "upstream")
MAP = "DetectionBoxes_Precision/mAP"


def main() -> None:
    options = _parse()
    say = (lambda _: None) if options.json else print
    config = make_data(options)
    report: dict[str, Any] = {"machine": describe_machine(), "config": _words(options)}
    say(f"{report['machine']}\n{report['config']}\n")
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTENDERS}
    for number in range(options.runs):
        for name in CONTENDERS if number % 2 == 0 else reversed(CONTENDERS):
            run = _run(name, config, options)
            runs[name].append(run)
            say(f"{name:9} " + "  ".join(f"{key} {value:.3f}" for key, value in run.items() if key != "figures"))
    report["runs"] = runs
    report["ratios"] = _ratios(runs, is_eval=options.eval)
    say("\n" + "\n".join(report["ratios"]["in_words"]))
    if options.json:
        print(json.dumps(report, indent=2))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/benchmark train", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--template", default="ssd_mobilenet_v2_320x320_coco17", metavar="NAME")
    parser.add_argument("--batch-size", type=int, default=8, metavar="N")
    parser.add_argument("--image-size", type=int, default=None, metavar="N", help="the template's unless given")
    parser.add_argument("--steps", type=int, default=50, metavar="N", help="after the first")
    parser.add_argument("--runs", type=int, default=3, metavar="R", help="of each contender; the median is given")
    parser.add_argument("--eval", action="store_true", help="evaluation of 200 pictures")
    parser.add_argument("--run", type=Path, default=None, metavar="RUN", help="whose best weights are evaluated")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    folder = Path(tempfile.gettempdir(), "tfodkit-benchmark-train")
    parser.add_argument("--folder", type=Path, default=folder, help="for pictures and runs: %(default)s")
    return parser.parse_args()


def _words(options: argparse.Namespace) -> str:
    size = f" at {options.image_size} px" if options.image_size else ""
    what = "evaluation of 200 pictures" if options.eval else f"{options.steps} steps after the first"
    return f"{options.template}{size}, batch {options.batch_size}; {what}; median of {options.runs}"


def _run(name: str, config: Path, options: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        program = HERE / ("evaluate.py" if options.eval else f"{name}.py")
        command = [sys.executable, program, config, folder, str(options.steps), name, str(options.run or "")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{name} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _ratios(runs: dict[str, list[dict[str, Any]]], *, is_eval: bool) -> dict[str, Any]:
    medians = {name: {key: _median(run, key) for key in run[0] if key != "figures"} for name, run in runs.items()}
    ours, upstream = (medians[name] for name in CONTENDERS)
    ratios: dict[str, Any] = {}
    if is_eval:
        ratios["evaluation_seconds"] = upstream["evaluation_seconds"] / ours["evaluation_seconds"]
        ratios["largest_difference_of_a_figure"] = _largest_difference(runs)
        difference, found = ratios["largest_difference_of_a_figure"], runs["ours"][0]["figures"][MAP]
        words = [
            f"evaluation: {ratios['evaluation_seconds']:.2f} times as fast (wanted: 2)",
            f"largest difference of a figure: {difference:.1e} (wanted: 1e-06 at most), mAP {found:.3f}",
        ]
    else:
        ratios["first_step_seconds"] = ours["first_step_seconds"] / upstream["first_step_seconds"]
        ratios["steps_per_second"] = ours["steps_per_second"] / upstream["steps_per_second"]
        ratios["cpu_seconds_per_step"] = ours["cpu_seconds_per_step"] / upstream["cpu_seconds_per_step"]
        words = [
            f"time to the first step: {ratios['first_step_seconds']:.2f} of upstream's (wanted: 0.6 at most)",
            f"steady steps/s: {ratios['steps_per_second']:.2f} times upstream's (wanted: 1.2)",
            f"CPU seconds a step: {ratios['cpu_seconds_per_step']:.2f} of upstream's",
        ]
    return {**ratios, "in_words": words}


def _median(runs: Sequence[dict[str, Any]], key: str) -> float:
    return statistics.median(run[key] for run in runs)


def _largest_difference(runs: dict[str, list[dict[str, Any]]]) -> float:
    ours, upstream = (runs[name][0]["figures"] for name in CONTENDERS)
    assert set(ours) == set(upstream)
    return max(abs(ours[name] - upstream[name]) for name in ours)


if __name__ == "__main__":
    main()

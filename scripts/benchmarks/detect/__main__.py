"""tfodkit detect against a plain loop over the same SavedModel: 200 pictures, in turn, in one call.

    scripts/benchmark detect                              a small detector is trained for a moment and exported first
    scripts/benchmark detect --export demo/exported       with a model that finds something
    scripts/benchmark detect --runs 1 --images 50         a look

Each contender is a process of its own, and timed from the moment that its model is loaded until the last picture is
written: open, look, draw, save. The plain loop draws less: a line and a few letters a box, where ours looks for a place
for each label. Both find the same objects, at a score of 0.5; how many is printed.

Where the time goes was measured first, on two busy cores, with an SSD MobileNet V2 of 128 pixels and pictures of
480 x 360, in CPU milliseconds a picture: decoding 1.1, the model 12.6 alone and 6.2 in batches of eight, drawing 1.8,
encoding 0.6. The larger a model is, the more of the time is its own, and the less batches and threads can save.

A figure says something about the machine named above it and no other: quote both, or the ratios of one call.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from machine import describe_machine

from tfodkit.example import draw_example

HERE = Path(__file__).parent
CONTENDERS = {"ours": "ours.py", "plain loop": "plain_loop.py"}
WANTED = 1.5
TRAINING = ("--steps", "20", "--batch-size", "8")


def main() -> None:
    options = _parse()
    say = (lambda _: None) if options.json else print
    folder: Path = options.folder
    pictures = folder / f"pictures-{options.images}"
    if not pictures.exists():
        draw_example(pictures, images=options.images)
    exported = options.export or _make_export(folder)
    report: dict[str, Any] = {"machine": describe_machine(), "pictures": options.images, "export": str(exported)}
    say(f"{report['machine']}\n{options.images} pictures, batches of {options.batch}, median of {options.runs}\n")
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTENDERS}
    for number in range(options.runs):
        for name in CONTENDERS if number % 2 == 0 else reversed(CONTENDERS):
            runs[name].append(_run(CONTENDERS[name], exported, pictures, options.batch))
            print(f"run {number + 1}: {name} {runs[name][-1]['seconds']:.2f} s", file=sys.stderr)
    report |= {"runs": runs, "ratios": _ratios(runs)}
    say("\n".join(_lines(runs, report["ratios"])))
    if options.json:
        print(json.dumps(report, indent=2))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/benchmark detect", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--export", type=Path, default=None, metavar="EXPORTED", help="an export with a saved_model")
    parser.add_argument("--images", type=int, default=200, metavar="N")
    parser.add_argument("--batch", type=int, default=8, metavar="N", help="of ours")
    parser.add_argument("--runs", type=int, default=3, metavar="R", help="of each contender; medians are given")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    folder = Path(tempfile.gettempdir(), "tfodkit-benchmark-detect")
    parser.add_argument("--folder", type=Path, default=folder, help="for pictures and a model: %(default)s")
    return parser.parse_args()


def _make_export(folder: Path) -> Path:
    """The example's small detector after a few steps: as quick as a trained one, but it finds nothing worth a look."""
    exported = folder / "exported"
    if not exported.exists():
        draw_example(folder / "training", images=40, force=True)
        _tfodkit("make-records", folder / "training", "-o", folder / "records", "--force")
        data = ("--template", "example", "--records", folder / "records")
        _tfodkit("make-config", *data, "-o", folder / "pipeline.config", "--force", *TRAINING)
        _tfodkit("train", folder / "pipeline.config", "-o", folder / "run")
        _tfodkit("export", folder / "run", "-o", exported, "--formats", "saved_model")
    return exported


def _tfodkit(*arguments: str | Path) -> None:
    print("tfodkit", *arguments, file=sys.stderr)
    subprocess.run([sys.executable, "-m", "tfodkit", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


def _run(program: str, exported: Path, pictures: Path, batch: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as output:
        command = [sys.executable, HERE / program, exported, pictures, output, str(batch)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{program} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _median(runs: list[dict[str, Any]], key: str) -> float:
    return statistics.median(run[key] for run in runs)


def _ratios(runs: dict[str, list[dict[str, Any]]]) -> dict[str, float]:
    """How many times as long as we the plain loop takes."""
    ours, plain = (runs[name] for name in CONTENDERS)
    return {key: _median(plain, key) / _median(ours, key) for key in ("seconds", "cpu_seconds")}


def _lines(runs: dict[str, list[dict[str, Any]]], ratios: dict[str, float]) -> list[str]:
    table = [
        f"{name:11} {each[0]['pictures'] / _median(each, 'seconds'):7.1f} pictures/s "
        f"{1000 * _median(each, 'cpu_seconds') / each[0]['pictures']:7.1f} CPU ms a picture "
        f"{each[0]['objects']:6} objects"
        for name, each in runs.items()
    ]
    words = f"{ratios['seconds']:.2f} times the pictures/s of the plain loop (wanted: {WANTED})"
    return [*table, "", f"{words}, {ratios['cpu_seconds']:.2f} by CPU time"]


if __name__ == "__main__":
    main()

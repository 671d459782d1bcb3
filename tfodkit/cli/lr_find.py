"""``tfodkit lr-find``."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tfodkit.training.lr_finder import FoundRates

SECONDS_BETWEEN_LINES = 5.0


def command(
    config: Annotated[Path, typer.Argument(help="The pipeline.config, as tfodkit make-config writes it.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The picture to draw: a .png.")],
    *,
    iterations: Annotated[int, typer.Option(help="Steps from the lowest rate to the highest.")] = 100,
    first: Annotated[float, typer.Option("--from", help="The lowest rate.")] = 1e-7,
    last: Annotated[float, typer.Option("--to", help="The highest rate; the loss explodes before it.")] = 10.0,
    seed: Annotated[int, typer.Option(min=0, help="Of initial weights and shuffling.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace the picture.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print rates, losses and suggestions as JSON.")] = False,
) -> None:
    """Look for a learning rate: train a few steps, each with a higher rate than the last, until the loss explodes.

    It is the range test of Smith (2017), with the config's own model, fine-tune checkpoint and input. Nothing is saved
    but the picture. Example: tfodkit lr-find pipeline.config -o lr.png
    """
    from tfodkit.plots import check_plot_output
    from tfodkit.reporting.range_test_plot import plot_range_test
    from tfodkit.training.lr_finder import RangeTest, find_learning_rate

    test = RangeTest(iterations=iterations, first=first, last=last, seed=seed)
    check_plot_output(output, force=force)
    with _spoken() as progress:
        found = find_learning_rate(config, test, progress=progress)
    plot_range_test(found, output)
    typer.echo(json.dumps(found.to_json(), indent=2) if as_json else "\n".join(_lines(found, output)))


def _lines(found: FoundRates, output: Path) -> list[str]:
    curve, rates = found.curve, found.suggestion
    end = "where the loss exploded" if curve.is_exploded else "to the end"
    lines = [f"{len(curve.rates)} steps, from {curve.rates[0]:.2g} to {curve.rates[-1]:.2g}, {end}: {output}"]
    if rates.careful is None:
        return [*lines, f"no suggestion: {rates.reason}."]
    return [
        *lines,
        f"  {rates.steepest:.2g}  where the loss falls fastest",
        f"  {rates.careful:.2g}  a tenth of where it is lowest, {rates.lowest:.2g}",
        f"  {found.present:.2g}  the highest of the config's own",
        "Make the config again with the first, or, to be careful, the second; the command stands in its head:",
        f"  tfodkit make-config … --learning-rate {rates.steepest:.2g}",
    ]


@contextmanager
def _spoken() -> Iterator[Callable[[str], None]]:
    """What goes on, on standard error: one line that is rewritten on a terminal, else lines a few seconds apart."""
    said = 0.0

    def tell(text: str) -> None:
        nonlocal said
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\033[K{text} …")
            sys.stderr.flush()
        elif time.monotonic() - said >= SECONDS_BETWEEN_LINES or not text.startswith("step"):
            said = time.monotonic()
            typer.echo(f"{text} …", err=True)

    try:
        yield tell
    finally:
        if sys.stderr.isatty():
            sys.stderr.write("\r\033[K")

"""``tfodkit``: the table of commands, and errors as text.

A command parses its flags, calls the library function of the same name and prints what came back: results to standard
output, progress and errors to standard error.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from typing import TextIO

import typer

from tfodkit.cli import (
    benchmark,
    benchmark_export,
    check,
    compare,
    compare_runs,
    config,
    convert,
    demo,
    detect,
    evaluate,
    export,
    lr_find,
    make_config,
    make_records,
    records,
    run,
    templates,
    train,
    zoo,
)
from tfodkit.errors import TfodkitError
from tfodkit.files import FULL

COMMANDS: dict[str, Callable[..., None]] = {
    "check": check.command,
    "convert": convert.command,
    "make-records": make_records.command,
    "templates": templates.command,
    "make-config": make_config.command,
    "benchmark": benchmark.command,
    "lr-find": lr_find.command,
    "train": train.command,
    "eval": evaluate.command,
    "compare-runs": compare_runs.command,
    "export": export.command,
    "benchmark-export": benchmark_export.command,
    "detect": detect.command,
    "compare": compare.command,
    "run": run.command,
    "demo": demo.command,
}

app = typer.Typer(
    help="From labelImg pictures to a detector: make-records, make-config, train, eval, export, detect.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)
for _name, _function in COMMANDS.items():
    app.command(_name)(_function)
app.add_typer(config.app, name="config")
app.add_typer(records.app, name="records")
app.add_typer(zoo.app, name="zoo")


def main() -> None:
    """Run the command line; end with the exit code of the error, if there was one."""
    _take_any_letter()
    try:
        app(prog_name="tfodkit")
    except TfodkitError as error:
        _say(f"error: {error}")
        sys.exit(error.exit_code)
    except OSError as error:
        if error.errno not in FULL or error.filename is not None:
            raise
        _give_up(sys.stdout)
        _say(f"error: the output can't be written: {error.strerror}. Make room.")
        sys.exit(1)


def _say(text: str) -> None:
    """To a terminal that may be closed by now: the exit code has to come through all the same."""
    try:
        print(text, file=sys.stderr, flush=True)  # noqa: T201 - this is the terminal
    except OSError:
        _give_up(sys.stderr)


def _give_up(stream: TextIO) -> None:
    """Throw away what a stream still holds: at its end Python would try to write it again, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _take_any_letter() -> None:
    """A class named 咖啡, or a file name that is no text, must not end a command where the terminal has no such letter.

    Into a file or a pipe goes UTF-8, as JSON has to be, whatever the system's code page.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")

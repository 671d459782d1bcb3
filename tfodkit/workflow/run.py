"""``tfodkit run``: all steps of a work, each where its output is not up to date."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

from tfodkit import files
from tfodkit.records import make_records
from tfodkit.workflow.ledger import Entry, Ledger
from tfodkit.workflow.steps import STEPS, Step, Tell, manifest_digest
from tfodkit.workflow.work import Work

SUMMARY = "summary.json"
RECORDS = "make-records"

ImageProgress = Callable[[], AbstractContextManager[Callable[[int, int], None]]]
"""What shows progress while its block lasts, by a function of the images done and the images in all."""


@dataclass(frozen=True, slots=True)
class Done:
    """All steps of a work, in their order, and the seconds that this start of it took."""

    work: Work
    entries: tuple[Entry, ...]
    seconds: float


def run_work(work: Work, *, tell: Tell | None = None, progress: ImageProgress | None = None) -> Done:
    """Make records, and for each template a config, a run, an evaluation and an export, where they are not there yet.

    A step is skipped where its output is whole and all that it depends on is as it was, by content. A step that was
    interrupted goes on. Nothing is trained anew over an older run: that is kept beside it.

    Args:
        work: what is to be done.
        tell: told in words what goes on.
        progress: opened while records are made, and told the images done and in all.

    Raises:
        OutputError: the work's folder holds what no work made, or a config that was changed by hand.
        TfodkitError: as of the commands; what was made before is whole, and the next start goes on from there.
    """
    began, tell = time.monotonic(), tell or _say_nothing
    files.refuse_existing(work.output, force=True, marker=SUMMARY)
    ledger = Ledger(work.output / SUMMARY)
    _make_records(work, ledger, tell, progress)
    for template in work.templates:
        for kind in STEPS:
            take(kind(work, template), ledger, tell)
        gc.collect()  # the models of one template, before the next one's
    return Done(work, ledger.entries, time.monotonic() - began)


def take(step: Step, ledger: Ledger, tell: Tell) -> Entry:
    """Do a step unless it is done."""
    before, words = ledger.find(step.name, step.template), f"{step.name} {step.template}"
    key, origin = step.key(), step.origin()
    is_whole = before is not None and before.ended is not None and step.is_whole(before)
    if before is not None and is_whole and before.key == key:
        tell(f"{words}: up to date")
        return ledger.keep(replace(before, state="up to date"))
    goes_on = before is not None and before.origin == origin and step.goes_on
    output = step.output.relative_to(step.work.output).as_posix()
    entry = Entry(
        step=step.name,
        template=step.template,
        output=output,
        key=key,
        origin=origin,
        state="gone on" if goes_on else "made",
        seconds=before.seconds if before is not None and goes_on else 0.0,
    )
    tell(f"{words}: {_why(before, is_whole=is_whole)}")
    began = time.monotonic()
    step.prepare(before, tell)
    ledger.begin(entry)
    try:
        figures = step.do(tell)
    except BaseException:
        ledger.begin(replace(entry, seconds=entry.seconds + time.monotonic() - began))
        raise
    return ledger.keep(replace(entry, figures=figures, seconds=entry.seconds + time.monotonic() - began))


def _make_records(work: Work, ledger: Ledger, tell: Tell, progress: ImageProgress | None) -> None:
    """The records know by themselves whether they are up to date: what they were made of is in their manifest."""
    began, output, flags = time.monotonic(), work.records_folder, work.records
    before = ledger.find(RECORDS, "")
    entry = before or Entry(step=RECORDS, template="", output=output.name)
    if before is None:
        ledger.begin(entry)
    tell(f"{RECORDS} {work.images}")
    with progress() if progress else nullcontext() as told:
        made = make_records(
            work.images,
            output,
            flags.options(),
            annotations=flags.annotations,
            format=flags.format,
            force=True,
            progress=told,
        )
    if made.is_unchanged and entry.ended:
        tell(f"{RECORDS}: up to date")
        ledger.keep(replace(entry, state="up to date"))
        return
    figures = {"classes": list(made.label_map.names), **{split: made.images(split) for split in made.splits}}
    seconds = time.monotonic() - began
    entry = replace(entry, key=manifest_digest(output), figures=figures, seconds=seconds, state="made", ended=None)
    ledger.keep(entry)


def _why(before: Entry | None, *, is_whole: bool) -> str:
    if before is None:
        return "to be made"
    if before.ended is None:
        return "was interrupted"
    return "its input or its options have changed" if is_whole else "what was made is gone or damaged"


def _say_nothing(message: str) -> None:
    """Progress for nobody."""

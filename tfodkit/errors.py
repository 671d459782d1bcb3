"""What can go wrong, as one tree; every message tells where, which object, what is wrong and what to do.

::

    TfodkitError                exit 1
    ├── UsageError              exit 2   a flag or an argument that can't be meant: unknown template, bad weight
    ├── DataError                        images and annotations
    ├── RecordError                      records, label map, manifest: damaged, or not of one piece
    ├── ConfigError                      a pipeline.config that can't be read or can't run
    ├── CheckpointError                  absent, damaged, or of another model
    ├── OutputError                      the place for the result: exists, not writable
    ├── TrainingError                    a run that can't go on
    │   ├── OutOfMemory                  the device's or the machine's, in a step
    │   └── Interrupted      exit 130    by Ctrl-C; 143 by SIGTERM; 129 as its terminal was closed
    ├── ExportError                      an export that failed or does not match its checkpoint
    ├── FetchError                       a download that failed, or an archive that can't be trusted
    └── SetupError                       this installation: TensorFlow, Keras, the Object Detection API

A traceback at the user's terminal is a bug of ours; a :class:`TfodkitError` is printed as text (``cli/main.py``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

SHOWN_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, in the four parts of a message.

    ``where`` is a file, with ``:line`` where known; ``what`` names the object and what is wrong with its value, without
    a full stop; ``remedy`` is a sentence that says what to do. ``code`` is the rule that was broken, where there is
    one, such as ``TFK303``; it never changes its meaning.
    """

    where: str
    what: str
    remedy: str
    code: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}. {self.remedy}"
        return f"{text} [{self.code}]" if self.code else text


class TfodkitError(Exception):
    """Base of all errors that are the input's or the machine's, not ours."""

    exit_code = 1

    def __init__(self, where: str, what: str, remedy: str) -> None:
        super().__init__(where, what, remedy)
        self.problems: tuple[Problem, ...] = (Problem(where, what, remedy),)

    @classmethod
    def collect(cls, problems: Iterable[Problem]) -> TfodkitError:
        """One error out of one or more problems, in their order."""
        first, *rest = problems
        error = cls(first.where, first.what, first.remedy)
        error.problems = (first, *rest)
        return error

    def __str__(self) -> str:
        shown = [str(problem) for problem in self.problems[:SHOWN_PROBLEMS]]
        hidden = len(self.problems) - len(shown)
        return "\n".join([*shown, f"… and {hidden} more."] if hidden else shown)


class UsageError(TfodkitError):
    """A flag or an argument that can't be meant."""

    exit_code = 2


class DataError(TfodkitError):
    """Images or annotations that can't be used."""


class RecordError(TfodkitError):
    """Records, label map or manifest that are damaged or do not belong together."""


class ConfigError(TfodkitError):
    """A ``pipeline.config`` that can't be read, or could not run."""


class CheckpointError(TfodkitError):
    """A checkpoint that is absent, damaged, or of another model."""


class OutputError(TfodkitError):
    """The place for a result exists already or can't be written."""


class TrainingError(TfodkitError):
    """A training run that can't go on."""


class OutOfMemory(TrainingError):  # noqa: N818 - says what happened, as MemoryError would
    """A step of training that the memory of the device, or of the machine, does not hold."""


class Interrupted(TrainingError):  # noqa: N818 - as KeyboardInterrupt
    """A run that was asked to end: 128 and the signal's number is the exit code, as shells have it."""

    def __init__(self, where: str, what: str, remedy: str, *, signal_number: int) -> None:
        super().__init__(where, what, remedy)
        self.exit_code = 128 + signal_number


class ExportError(TfodkitError):
    """An export that failed, or that does not detect what its checkpoint detects."""


class FetchError(TfodkitError):
    """A download that failed, or an archive that can't be trusted."""


class SetupError(TfodkitError):
    """This installation can't do what is asked."""

"""What a run has taken, out of ``run.json`` and the folder: steps, time, where, and how large its checkpoint is."""

from __future__ import annotations

from dataclasses import dataclass

from tfodkit.training.run_directory import RunDirectory
from tfodkit.training.run_record import read_record


@dataclass(frozen=True, slots=True)
class RunFacts:
    """``None`` is what is not known.

    ``steps`` were taken, ``best_step`` evaluated best; ``seconds`` are of all starts, as far as they told of their end;
    ``devices`` in words; ``checkpoint_bytes`` of the best checkpoint.
    """

    steps: int | None
    best_step: int | None
    seconds: float | None
    devices: str | None
    checkpoint_bytes: int | None


def read_facts(run: RunDirectory) -> RunFacts:
    """The facts of a run, which may have none.

    Raises:
        OutputError: something else is in the place of ``run.json``.
    """
    record = read_record(run.record_path)
    starts = record.get("starts", [])
    phases = [seconds for start in starts for seconds in start["phases"].values()]
    reached = [start["to_step"] for start in starts if start["to_step"] is not None]
    return RunFacts(
        steps=max(reached, default=None),
        best_step=((record.get("result") or {}).get("best") or {}).get("step"),
        seconds=sum(phases) if phases else None,
        devices=record.get("machine", {}).get("devices"),
        checkpoint_bytes=_checkpoint_bytes(run),
    )


def _checkpoint_bytes(run: RunDirectory) -> int | None:
    prefix = run.find_checkpoint("best")
    if prefix is None:
        return None
    return sum(path.stat().st_size for path in prefix.parent.glob(f"{prefix.name}.*"))

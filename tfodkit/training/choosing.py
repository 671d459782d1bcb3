"""At the end of a run: the weights that training left, their moving averages, or an average of the last checkpoints?

Each is evaluated on every validation image; the best of them is what ``best/`` holds, and with it what is exported.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tfodkit.odapi.model import restore_model
from tfodkit.odapi.pipeline import evaluates_averages
from tfodkit.odapi.weights import average_checkpoints
from tfodkit.training import checkpoint_folder
from tfodkit.training.keeping import KeepingRule
from tfodkit.training.loop import EVALUATING, Collaborators
from tfodkit.training.run_directory import RunDirectory, Weights

FEWEST_AVERAGED = 2


def choose_weights(run: RunDirectory, rule: KeepingRule, *, average: int, work: Collaborators) -> dict[str, float]:
    """Evaluate what the loop has not evaluated of the last step, and keep what is best; the figures that were found.

    The learner's model holds other weights afterwards: nothing more can be learned by it.

    Args:
        run: whose last step is saved and evaluated.
        rule: by which the best is told.
        average: how many of the newest checkpoints to average; one is no average.
        work: those of the loop.

    Raises:
        KeyboardInterrupt: asked to stop.
        OutputError: there is no room for what is to be kept.
    """
    found = {}
    for weights, checkpoints in _others(run, average, work):
        names = ", ".join(prefix.name for prefix in checkpoints)
        with (
            work.display.phase(EVALUATING, f"the {weights} of {names}"),
            work.watchdog.watching("evaluation", f"evaluating the {weights}"),
            work.stop.nothing_to_lose(),
        ):
            _fill(work.learner.model, weights, checkpoints)
            result = work.evaluator.evaluate()
        if weights == Weights.AVERAGED_CHECKPOINTS:
            is_best = work.keeper.keep_average(result)
        else:
            is_best = work.keeper.keep_if_best(result, weights)
        value = found[str(weights)] = rule.monitor.value(result)
        verdict = "the best so far" if is_best else f"not better than the {work.keeper.best}"
        work.display.note(f"{weights}: {rule.monitor.name} {value:.4f}, {verdict}")
    return found


def usual_weights(work: Collaborators) -> Weights:
    """The weights that are evaluated while training, as the config says."""
    return Weights.MOVING_AVERAGES if evaluates_averages(work.learner.pipeline) else Weights.AS_TRAINED


def _others(run: RunDirectory, average: int, work: Collaborators) -> Iterator[tuple[Weights, list[Path]]]:
    if work.learner.averages_weights:
        is_usual = usual_weights(work) == Weights.MOVING_AVERAGES
        yield Weights.AS_TRAINED if is_usual else Weights.MOVING_AVERAGES, [run.checkpoint("last")]
    newest = checkpoint_folder.kept(run.folder("last"))[-average:] if average else []
    if len(newest) >= FEWEST_AVERAGED:
        yield Weights.AVERAGED_CHECKPOINTS, newest


def _fill(model: object, weights: Weights, checkpoints: list[Path]) -> None:
    if weights == Weights.AVERAGED_CHECKPOINTS:
        average_checkpoints(model, checkpoints)
    else:
        restore_model(model, checkpoints[0], averaged=weights == Weights.MOVING_AVERAGES)

"""The evaluation in plain words: how good, what is good, what goes wrong and why, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from tfodkit.evaluation.analysis import Analysis
from tfodkit.evaluation.mistakes.values import Mistake
from tfodkit.evaluation.operating.values import Counts
from tfodkit.evaluation_report.names import isolated, shortened
from tfodkit.evaluation_report.tables import ClassRow, class_rows, confused_pairs, table_at
from tfodkit.wording import counted, figure, percent, score

FEW_OBJECTS = 20
"""Of a class: its figures jump by 5 points with a single object."""
WORTH_TELLING = 0.01
"""Of AP: an error that costs less is not named."""
WIDE = 0.05
"""Half an interval, of mAP: wider, and small gains can't be seen."""
MOST_NAMED = 3
LONGEST_SENTENCE = 300


@dataclass(frozen=True, slots=True)
class Summary:
    """Sentences, in the order in which they are read."""

    accuracy: tuple[str, ...]
    mistakes: tuple[str, ...]
    advice: tuple[str, ...]


def summarise(analysis: Analysis) -> Summary:
    """What a person wants to know first."""
    if not len(analysis.images.truth):
        nothing = "No object is labelled in these images, so that there is nothing to hold the detections against."
        return Summary((nothing,), (), ("Evaluate on images that have labelled objects.",))
    rows = [row for row in class_rows(analysis) if row.fate.ground_truths]
    return Summary(
        accuracy=(*_accuracy(analysis), *_best_classes(rows)),
        mistakes=(*_costly_errors(analysis), *_causes(analysis)),
        advice=(*_threshold_advice(analysis, rows), *_error_advice(analysis), *_data_advice(analysis, rows)),
    )


def _accuracy(analysis: Analysis) -> list[str]:
    interval, figures = analysis.uncertainty.map, analysis.boxes.figures
    map_, map50 = (figures.get(name) for name in ("mAP", "mAP@.50"))
    known = map_ is not None and interval.low is not None and interval.high is not None
    between = f" ({analysis.uncertainty.level:.0%} interval {interval.low:.3f} to {interval.high:.3f})" if known else ""
    sentences = [f"mAP is {figure(map_)}{between}; at IoU 0.50 alone it is {figure(map50)}."]
    now = table_at(analysis, analysis.options.iou).overall
    found = f"{now.true_positives:,} of {now.ground_truths:,} objects {_are(now.true_positives)} found"
    wrong = (
        f"{now.false_positives:,} of {now.detections:,} detections {_are(now.false_positives)} wrong"
        if now.detections
        else "nothing at all is detected"
    )
    sentences.append(f"From a score of {score(now.threshold)} on, {found} ({percent(now.recall)}); {wrong}.")
    return sentences


def _best_classes(rows: list[ClassRow]) -> list[str]:
    ranked = sorted((row for row in rows if row.ap is not None), key=lambda row: -(row.ap or 0))
    if len(ranked) <= 1:
        return []
    best, worst = ranked[0], ranked[-1]
    return [f"Best is {_name(best.name)} (AP {figure(best.ap)}), worst {_name(worst.name)} (AP {figure(worst.ap)})."]


def _costly_errors(analysis: Analysis) -> list[str]:
    costly = sorted(analysis.mistakes.ap_lost.items(), key=lambda item: -item[1])
    told = [(kind, lost) for kind, lost in costly if lost >= WORTH_TELLING][:MOST_NAMED]
    if not told:
        return ["No single kind of error costs as much as a point of AP."]
    words = _listed([f"{_COSTS[kind]} ({lost:.3f})" for kind, lost in told])
    sentences = [f"AP is lost above all by {words}."]
    if pairs := confused_pairs(analysis, 1):
        pair = pairs[0]
        share = f"{pair.count:,} of {pair.objects:,} {_name(pair.labelled)}"
        sentences.append(f"Most often taken for another class: {share} for {_name(pair.detected)}.")
    return sentences


def _causes(analysis: Analysis) -> list[str]:
    if strongest := analysis.causes.strongest[:MOST_NAMED]:
        return [_sentence(cause.words) for cause in strongest]
    if analysis.causes.qualities:
        return ["None of the qualities looked at (size, place and so on) decides clearly what is found."]
    return []


def _threshold_advice(analysis: Analysis, rows: list[ClassRow]) -> list[str]:
    table = table_at(analysis, analysis.options.iou)
    sentences = [_gain(table.overall, table.overall_best)]
    now = {counts.name: counts for counts in table.at_threshold}
    by_class = sorted(
        ((row, (row.best.f1 or 0) - (now[row.name].f1 or 0)) for row in rows if row.name in now), key=lambda it: -it[1]
    )
    told = [row for row, gain in by_class if gain >= WORTH_TELLING][:MOST_NAMED]
    if told and len(rows) > 1:
        words = _listed([f"{_name(row.name)} {score(row.best.threshold)}" for row in told])
        sentences.append(f"Classes that gain most by a threshold of their own: {words}.")
    if sentences != [_gain(table.overall, table.overall)]:
        sentences.append("Thresholds were chosen on these very images: check them on others.")
    return sentences


def _gain(now: Counts, best: Counts) -> str:
    """What a change of threshold brings, in objects and in wrong detections."""
    more, fewer = best.true_positives - now.true_positives, now.false_positives - best.false_positives
    if best.threshold == now.threshold or (best.f1 or 0) <= (now.f1 or 0) or (more == 0 and fewer == 0):
        return f"No threshold is better than {score(now.threshold)} for all classes together."
    start = f"A threshold of {score(best.threshold)}"
    if more > 0:
        return f"{start} finds {counted(more, 'more object')} than {score(now.threshold)}{_at_precision(now, best)}."
    less = f", and finds {counted(-more, 'object')} fewer" if more < 0 else ""
    return f"{start} leaves out {counted(fewer, 'wrong detection')} that {score(now.threshold)} lets through{less}."


def _at_precision(now: Counts, best: Counts) -> str:
    if now.precision is None or best.precision is None:
        return f", with a precision of {percent(best.precision)}"
    if percent(best.precision) == percent(now.precision):
        return " at the same precision"
    return f", with a precision of {percent(best.precision)} in place of {percent(now.precision)}"


def _error_advice(analysis: Analysis) -> list[str]:
    lost = analysis.mistakes.ap_lost
    worst = max(lost, key=lambda kind: lost[kind], default=None)
    return [_REMEDIES[worst]] if worst is not None and lost[worst] >= WORTH_TELLING else []


def _data_advice(analysis: Analysis, rows: list[ClassRow]) -> list[str]:
    sentences = []
    if few := [row for row in rows if row.fate.ground_truths < FEW_OBJECTS]:
        named = _listed([f"{_name(row.name)} ({row.fate.ground_truths})" for row in few[:MOST_NAMED]])
        others = f" and {len(few) - MOST_NAMED} more" if len(few) > MOST_NAMED else ""
        sentences.append(f"Too few objects to judge a class by: {named}{others}. Label more of them.")
    interval = analysis.uncertainty.map
    if interval.low is not None and interval.high is not None and interval.high - interval.low > 2 * WIDE:
        half = (interval.high - interval.low) / 2
        sentences.append(
            f"With so few images mAP is known to ±{half:.2f} only: take no smaller difference for progress."
        )
    return sentences


_COSTS = {
    Mistake.CLASSIFICATION: "wrong classes",
    Mistake.LOCALISATION: "boxes that lie badly",
    Mistake.BOTH: "boxes that lie badly and have the wrong class",
    Mistake.DUPLICATE: "objects found twice",
    Mistake.BACKGROUND: "detections where nothing is labelled",
    Mistake.MISSED: "objects that are missed",
}
_REMEDIES = {
    Mistake.CLASSIFICATION: "Classes are mixed up: look at the confusion matrix, check the labels of the classes "
    "it names, and add pictures of both.",
    Mistake.LOCALISATION: "Boxes lie badly: check how tightly the boxes were drawn, train longer, or let the model "
    "see larger images.",
    Mistake.BOTH: "Boxes lie badly and classes are wrong: the model has learnt too little; train longer or on more "
    "pictures.",
    Mistake.DUPLICATE: "Objects are found twice: lower iou_threshold of the non-max suppression.",
    Mistake.BACKGROUND: "Detections lie where nothing is labelled: look at the worst pictures for objects that were "
    "forgotten in labelling; if there are none, add pictures without objects.",
    Mistake.MISSED: "Objects are missed: add pictures like the worst ones of the report, above all of the "
    "kinds named under its causes.",
}


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _name(name: str) -> str:
    return isolated(f"“{shortened(name)}”")


def _sentence(words: str) -> str:
    words = shortened(words, LONGEST_SENTENCE)
    return words if words.endswith((".", "!", "?")) else f"{words}."


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"

from tfodkit.evaluation.result import COCO_FIGURES, ClassFigures, EvaluationResult
from tfodkit.reporting.text import evaluation_lines


def test_the_terminal_gets_cocos_wording_then_the_classes_best_first() -> None:
    result = EvaluationResult(
        images=4,
        detections=9,
        figures={name: None if name == "AR_small" else 0.25 for name, _, _ in COCO_FIGURES},
        per_class=(ClassFigures("mug", 3, 0.2, 0.5, 0.4), ClassFigures("tray", 0, None, None, None),
                   ClassFigures("bagel", 7, 0.3, 0.6, 0.5)),
        losses={},
    )  # fmt: skip
    lines = list(evaluation_lines(result))
    assert lines[0] == " Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.250"
    assert lines[9] == " Average Recall     (AR) @[ IoU=0.50:0.95 | area= small | maxDets=100 ] = -1.000"
    assert lines[12:] == [
        "",
        " class  objects     AP   AP50  AR100",
        " bagel        7  0.300  0.600  0.500",
        " mug          3  0.200  0.500  0.400",
        " tray         0      –      –      –",
    ]

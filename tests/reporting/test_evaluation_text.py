import pytest
from evaluation_sets import make_found, make_set, make_truth, random_set, with_keypoints, with_masks

from tfodkit.evaluation.accuracy.values import Shape
from tfodkit.evaluation.analyse import analyse
from tfodkit.evaluation.analysis import AnalysisOptions
from tfodkit.evaluation.result import COCO_FIGURES, KEYPOINT_FIGURES
from tfodkit.reporting.evaluation_text import analysis_lines, class_lines, figure_lines

FEW = AnalysisOptions(samples=5)
BIG, SMALL, ELSEWHERE = (0, 0, 100, 100), (200, 0, 220, 20), (200, 200, 300, 300)


def test_figures_are_told_in_cocos_wording() -> None:
    figures = {name: None if name == "AR_small" else 0.25 for name, _, _ in COCO_FIGURES}
    lines = list(figure_lines(figures))
    assert len(lines) == 12
    assert lines[0] == " Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.250"
    assert lines[1] == " Average Precision  (AP) @[ IoU=0.50      | area=   all | maxDets=100 ] = 0.250"
    assert lines[9] == " Average Recall     (AR) @[ IoU=0.50:0.95 | area= small | maxDets=100 ] = -1.000"
    lines = list(figure_lines({name: 0.5 for name, _, _ in KEYPOINT_FIGURES}, Shape.KEYPOINTS))
    assert len(lines) == 10
    assert lines[0] == " Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets= 20 ] = 0.500"


def test_classes_stand_in_a_table_the_best_first() -> None:
    truth = make_truth((0, 1, BIG), (0, 1, SMALL), (0, 2, ELSEWHERE))
    found = make_found((0, 2, ELSEWHERE, 0.9), (0, 1, BIG, 0.6), (0, 2, SMALL, 0.55))
    images = make_set(truth, found, classes=3)
    assert list(class_lines(analyse(images, FEW))) == [
        "                                        |  at the best threshold     |  at 0.50",
        " class    objects     AP   AP50  AR100  |   score  prec    rec   F1  |  right  wrong  missed",
        " class 2        1  1.000  1.000  1.000  |    0.70  100%   100%  1.00  |   100%     0%      0%",
        " class 1        2  0.505  0.505  0.500  |    0.60  100%    50%  0.67  |    50%    50%      0%",
        " class 3        0      –      –      –  |       –     –      –     –  |      –      –       –",
    ]


def test_a_threshold_has_all_its_digits() -> None:
    found = make_found((0, 1, BIG, 0.0388), (0, 1, SMALL, 0.0388))
    images = make_set(make_truth((0, 1, BIG), (0, 1, SMALL)), found, classes=1)
    title, _, row = class_lines(analyse(images, AnalysisOptions(threshold=0.005, samples=5)))
    assert title.endswith("|  at 0.005")
    assert "|  0.0386  100%   100%  1.00  |" in row


def test_what_it_comes_to_follows_the_figures_of_each_shape() -> None:
    lines = list(analysis_lines(analyse(with_keypoints(with_masks(random_set(3), 1), 2), FEW)))
    assert lines[0] == "4 images, 9 objects, 32 detections"
    assert [line for line in lines if line.endswith(":")] == ["\nmasks:", "\nkeypoints:"]
    assert sum("@[ IoU=" in line for line in lines) == 12 + 12 + 10
    assert lines[-1].endswith(".")
    assert not any("\u2068" in line for line in lines)


@pytest.mark.parametrize("truth", [make_truth(), make_truth((0, 1, BIG))])
def test_a_set_in_which_nothing_is_found_has_lines_too(truth: object) -> None:
    assert len(list(analysis_lines(analyse(make_set(truth, make_found()), FEW)))) > 15

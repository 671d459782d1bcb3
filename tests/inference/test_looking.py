from __future__ import annotations

import numpy as np
import pytest

from tests.inference.conftest import Recited
from tfodkit.errors import UsageError
from tfodkit.inference import Detector
from tfodkit.inference.fusion import Fusion
from tfodkit.inference.looking import look_as
from tfodkit.inference.options import DetectOptions

WHITE = np.full((100, 200, 3), 255, np.uint8)
NAMES = {1: "bagel", 2: "mug"}


def saying(*found: tuple[tuple[float, float, float, float], float, int]) -> Detector:
    return Detector(Recited(found), NAMES, format_name="saved_model")


def test_plain_pictures_go_through_the_model_together(runtime: Recited, detector: Detector) -> None:
    found = look_as(DetectOptions(), {"a": detector})([WHITE] * 4)
    assert runtime.shapes == [(4, 100, 200, 3)]
    assert [len(each) for each in found] == [3, 0, 3, 0]


def test_tiles_are_looked_at_beside_the_whole_a_batch_at_once(runtime: Recited, detector: Detector) -> None:
    look_as(DetectOptions(tile=40, overlap=0.0, batch=6), {"a": detector})([WHITE])
    assert runtime.shapes == [(1, 100, 200, 3), (6, 40, 40, 3), (6, 40, 40, 3), (3, 40, 40, 3)]


def test_a_mirrored_view_is_looked_at_and_fused() -> None:
    left = saying(((0.0, 0.0, 1.0, 0.5), 0.8, 1))
    (found,) = look_as(DetectOptions(flip=True, fusion=Fusion.NMS), {"a": left})([WHITE])
    assert sorted(found.boxes_xyxy.tolist()) == [[0, 0, 100, 100], [100, 0, 200, 100]]


def test_models_are_fused_by_their_weights() -> None:
    box = (0.0, 0.0, 1.0, 0.5)
    models = {"a": saying((box, 0.9, 1)), "b": saying((box, 0.3, 1))}
    (even,) = look_as(DetectOptions(), models)([WHITE])
    assert even.scores.tolist() == pytest.approx([0.6])
    (uneven,) = look_as(DetectOptions(weights=(3, 1)), models)([WHITE])
    assert uneven.scores.tolist() == pytest.approx([0.75])


@pytest.mark.parametrize(
    ("options", "names", "message"),
    [
        (DetectOptions(weights=(1, 2, 3)), NAMES, "--weights: must be one for each of 2 models, but got 3"),
        (DetectOptions(), {1: "mug"}, "b: its classes are not those of the first model"),
    ],
)
def test_models_that_do_not_go_together_are_refused(
    options: DetectOptions, names: dict[int, str], message: str
) -> None:
    other = Detector(Recited([]), names, format_name="saved_model")
    with pytest.raises(UsageError, match=message):
        look_as(options, {"a": saying(), "b": other})


def test_fusion_of_one_list_is_refused() -> None:
    with pytest.raises(UsageError, match="--fusion: there is one model and one view: nothing to fuse"):
        look_as(DetectOptions(fusion=Fusion.NMS), {"a": saying()})

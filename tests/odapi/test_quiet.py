import logging
import os
import warnings

import pytest

from tfodkit.odapi.quiet import quiet_notices, without_absent_driver, without_lines


@pytest.fixture
def tensorflow_logger() -> logging.Logger:
    logger = logging.getLogger("tensorflow")
    logger.filters.clear()
    quiet_notices()
    quiet_notices()
    return logger


def test_notices_of_deprecation_are_dropped_and_warnings_stay(
    tensorflow_logger: logging.Logger, caplog: pytest.LogCaptureFixture
) -> None:
    tensorflow_logger.propagate = True
    tensorflow_logger.warning(
        "From %s: %s is deprecated and will be removed in %s.", "a.py", "to_float", "a future version"
    )
    tensorflow_logger.warning("Gradients do not exist for variables %s", ["a"])
    tensorflow_logger.warning("Issue encountered when serializing table_initializer.\nType is unsupported")
    assert [record.getMessage() for record in caplog.records] == ["Gradients do not exist for variables ['a']"]
    assert len(tensorflow_logger.filters) == 1


def test_keras_may_say_other_things_than_that_the_learning_phase_goes(tensorflow_logger: logging.Logger) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        quiet_notices()
        warnings.warn(
            "`tf.keras.backend.set_learning_phase` is deprecated and will be removed after 2020", UserWarning, 2
        )
        warnings.warn("something else", UserWarning, 2)
    assert [str(warning.message) for warning in caught] == ["something else"]


def test_an_absent_driver_is_not_told_of_and_all_else_is(capfd: pytest.CaptureFixture[str]) -> None:
    said = b"E cuda_platform.cc:51] failed call to cuInit: INTERNAL: CUDA error: Failed call to cuInit: %s\n"
    with without_absent_driver():
        os.write(2, b"before\n" + said % b"UNKNOWN ERROR (303)" + said % b"CUDA_ERROR_SYSTEM_DRIVER_MISMATCH")
        os.write(2, b"after")
        assert capfd.readouterr().err == ""
    told = (said % b"CUDA_ERROR_SYSTEM_DRIVER_MISMATCH").decode()
    assert capfd.readouterr().err == f"before\n{told}after"
    os.write(2, b"later")
    assert capfd.readouterr().err == "later"


def test_without_a_standard_error_nothing_is_held_back() -> None:
    before = os.dup(2)
    os.close(2)
    try:
        with without_absent_driver():
            done = True
    finally:
        os.dup2(before, 2)
        os.close(before)
    assert done


def test_lines_that_nobody_can_act_on_are_left_out_and_all_others_come_after(capfd: pytest.CaptureFixture[str]) -> None:
    with without_lines(b"fully_quantize: ", b"flatbuffer_helpers"):
        os.write(2, b"fully_quantize: 0, inference_type: 6\nout of memory\nW0000 tf_tfl_flatbuffer_helpers.cc:364] x\n")
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "out of memory\nafter\n"

from __future__ import annotations

import pytest

from tfodkit.errors import UsageError
from tfodkit.exporting.forms import FORMS, choose_forms


def test_forms_come_in_the_order_of_the_table_whatever_the_order_of_the_names() -> None:
    assert [form.format.name for form in choose_forms(["onnx", "saved_model"])] == ["saved_model", "onnx"]
    assert choose_forms(None) == FORMS


def test_opencv_is_refused_with_the_reason_and_the_way_that_there_is() -> None:
    with pytest.raises(UsageError, match=r"'opencv' is no form of export: its \.pbtxt .*OpenCV 5 .*\. Export onnx\."):
        choose_forms(["opencv"])


def test_an_unknown_form_is_named_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"'onxx' is no form of export\. .*onnx"):
        choose_forms(["onxx"])
    with pytest.raises(UsageError, match="no form is named"):
        choose_forms([])

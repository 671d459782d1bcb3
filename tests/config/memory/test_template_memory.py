"""The line of memory in each header is the forecast: ``scripts/template-memory`` writes it."""

from __future__ import annotations

import pytest

from tfodkit.config.memory.words import template_words
from tfodkit.config.templates import ready_template, template_names


@pytest.mark.parametrize("name", template_names())
def test_the_header_says_what_is_forecast(name: str) -> None:
    template = ready_template(name)
    assert template.facts().memory_said == template_words(template.message())
    assert template.facts().memory_gb is not None

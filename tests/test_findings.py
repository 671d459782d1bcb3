"""A finding says where, what and which rule; the rules' codes are unique and never change their meaning."""

import os
from pathlib import Path

import pytest

from tfodkit.annotations.rules import BOX_EMPTY, BOX_OUTSIDE, RULES as ANNOTATION_RULES
from tfodkit.config.lint.rules import RULES as CONFIG_RULES
from tfodkit.dataset.rules import RULES as DATASET_RULES
from tfodkit.findings import Finding, Outcome, Severity, by_rule
from tfodkit.images.rules import RULES as IMAGE_RULES

RULES = (*ANNOTATION_RULES, *IMAGE_RULES, *DATASET_RULES, *CONFIG_RULES)


def test_every_code_stands_for_one_rule():
    codes = [rule.code for rule in RULES]
    assert len(codes) == len(set(codes)) > 40
    assert all(len(code) == 6 and code.startswith("TFK") and code[3:].isdigit() for code in codes)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_reads_as_a_sentence(rule):
    assert rule.remedy.endswith(".")
    assert rule.remedy[0].isupper()
    assert not rule.name.endswith(".")


def test_the_problem_has_four_parts_and_a_code():
    finding = Finding(BOX_OUTSIDE, Path("in/a.xml"), "xmax 410 > width 400", 17, 'object 3 "cat"')
    text = 'in/a.xml:17: object 3 "cat": xmax 410 > width 400. Fix the box in labelImg, or pass --clip-boxes. [TFK303]'
    assert str(finding.problem) == text
    assert finding.code == "TFK303"


def test_only_an_open_error_is_one():
    finding = Finding(BOX_OUTSIDE, Path("a.xml"), "what")
    assert finding.is_error
    assert not finding.fixed().is_error
    assert not finding.left_out().is_error
    assert finding.left_out().outcome is Outcome.LEFT_OUT
    assert BOX_EMPTY.severity is Severity.WARNING
    assert not Finding(BOX_EMPTY, Path("a.xml"), "what").is_error


def test_a_place_is_named_without_its_folder_and_is_always_text(tmp_path):
    assert Finding(BOX_EMPTY, tmp_path / "a.xml", "", 17, 'object 3 "cat"').place == 'a.xml:17 object 3 "cat"'
    odd = Finding(BOX_EMPTY, Path(os.fsdecode(b"/a\xff.jpg")), "")
    assert odd.place == "a\\udcff.jpg"
    odd.problem.where.encode()


def test_findings_are_grouped_in_the_order_of_codes():
    findings = [Finding(BOX_OUTSIDE, Path("b"), "x"), Finding(BOX_EMPTY, Path("a"), "y")] * 2
    assert [(rule.code, len(found)) for rule, found in by_rule(findings).items()] == [("TFK302", 2), ("TFK303", 2)]


def test_what_strangers_wrote_is_shown_as_a_single_line():
    finding = Finding(BOX_EMPTY, Path("a\n.xml"), "no width\x1b[31m", 7, 'object 1 "mug\nid: 9\u202e"')
    assert str(finding.problem).startswith('a\\n.xml:7: object 1 "mug\\nid: 9\\u202e": no width\\x1b[31m. ')
    assert finding.place == 'a\\n.xml:7 object 1 "mug\\nid: 9\\u202e"'


def test_a_message_does_not_grow_with_what_strangers_wrote():
    finding = Finding(BOX_EMPTY, Path("a.xml"), "x" * 5000, None, "y" * 5000)
    assert len(str(finding.problem)) < 1000
    assert finding.place.endswith("yyy…")

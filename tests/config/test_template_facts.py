from __future__ import annotations

import pytest

from tfodkit.config.template_facts import parse_facts
from tfodkit.errors import ConfigError

HEADER = """\
# A model
#
# Good for: first runs. Weak on small
#           objects.
# Output:   boxes, masks
# COCO mAP: 20.2 of boxes; 18.1 of masks
# Speed:    19 ms an image, as published
# Input:    300 x 300 px, stretched
# Memory:   about 3.4 GB at batch 8, counted
# Trained:  batch 512
# Lane:     TF2
# Source:   somebody/models, a/b.config
# Commit:   0123456789abcdef0123456789abcdef01234567
# Archive:  20200711/a_model.tar.gz
# Figures:  somebody/models, a/page.md
#
# One note
# on two lines.
#
# Another.
"""
BODY = "\nmodel {\n}\n"


def test_every_key_has_its_value() -> None:
    facts = parse_facts("a", HEADER + BODY, "a.config")
    assert (facts.name, facts.title, facts.output) == ("a", "A model", ("boxes", "masks"))
    assert facts.good_for == "first runs. Weak on small objects."
    assert facts.good_for_shortly == "first runs"
    assert (facts.coco_map, facts.speed_ms, facts.memory_gb) == (20.2, 19, 3.4)
    assert (facts.coco_map_said, facts.speed_said) == ("20.2 of boxes; 18.1 of masks", "19 ms an image, as published")
    assert facts.memory_said == "about 3.4 GB at batch 8, counted"
    assert (facts.input, facts.trained, facts.lane) == ("300 x 300 px, stretched", "batch 512", "TF2")
    assert (facts.source, facts.figures) == ("somebody/models, a/b.config", "somebody/models, a/page.md")
    assert (facts.commit, facts.archive) == ("0123456789abcdef0123456789abcdef01234567", "20200711/a_model.tar.gz")
    assert facts.notes == ("One note on two lines.", "Another.")


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("COCO mAP: 20.2 of boxes; 18.1 of masks", "COCO mAP: none of boxes", "coco_map"),
        ("Speed:    19 ms an image, as published", "Speed:    none published", "speed_ms"),
        ("Memory:   about 3.4 GB at batch 8, counted", "Memory:   not measured", "memory_gb"),
        ("Commit:   0123456789abcdef0123456789abcdef01234567", "Commit:   none", "commit"),
        ("Archive:  20200711/a_model.tar.gz", "Archive:  none", "archive"),
    ],
)
def test_what_is_not_known_is_none(old: str, new: str, field: str) -> None:
    assert getattr(parse_facts("a", HEADER.replace(old, new) + BODY, "a.config"), field) is None


def test_there_may_be_no_notes() -> None:
    assert parse_facts("a", HEADER.split("#\n# One note", maxsplit=1)[0] + BODY, "a.config").notes == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# A model\n#\n", "model\n", "a.config:1: the title must stand in the first line, over a line with # alone."),
        (HEADER, "", "a.config:1: the title must stand in the first line"),
        ("# Output:   boxes, masks\n", "", "a.config:5: Output must stand here, but got '# COCO mAP: 20.2 of boxes;"),
        ("# Lane:     TF2\n", "# Lane:     TF2\n# Lane:     TF1\n", "a.config:12: Source must stand here, but got"),
        ("# Figures:  somebody/models, a/page.md\n", "", "a.config:14: Figures must follow, but the list ends."),
        (
            "a/page.md\n",
            "a/page.md\n# Price:    0\n",
            "a.config:16: the end of the list must stand here, but got '# Pri",
        ),
        ("boxes, masks", "masks", "a.config: Output must be of the form boxes"),
        ("20.2 of", "20 of", "a.config: COCO mAP must be of the form"),
        ("19 ms an image", "19 s an image", "a.config: Speed must be of the form"),
        ("about 3.4 GB", "3.4 GB", "a.config: Memory must be of the form"),
        ("TF2", "TF3", "a.config: Lane must be of the form TF1|TF2, but got 'TF3'. Write the header as"),
        ("0123456789abcdef0", "0123456789ABCDEF0", "a.config: Commit must be of the form"),
        ("20200711/a_model", "a_model", "a.config: Archive must be of the form"),
        ("# Trained:  batch 512", "# Trained:", "a.config:10: Trained must stand here, but got '# Trained:'."),
    ],
)
def test_another_form_is_refused_where_it_stands(old: str, new: str, message: str) -> None:
    assert old in HEADER
    with pytest.raises(ConfigError) as caught:
        parse_facts("a", HEADER.replace(old, new) + BODY, "a.config")
    assert str(caught.value).startswith(message)

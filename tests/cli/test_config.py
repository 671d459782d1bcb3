"""The commands: results to standard output, ``diff`` with the exit codes of the program of that name."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from tfodkit.cli.main import app
from tfodkit.config.pipeline import parse_pipeline
from tfodkit.config.templates import read_template
from tfodkit.errors import ConfigError, OutputError, UsageError

# matplotlib's parser imports it when it is loaded.
pytestmark = pytest.mark.filterwarnings("ignore:module 'sre_constants' is deprecated:DeprecationWarning")

SSD = "ssd_mobilenet_v2_320x320_coco17"
TRAIN = "train_config {{ num_steps: {} batch_size: 8 optimizer {{ adam_optimizer {{ learning_rate {{ {} }} }} }} }}"
SCHEDULES = {
    "constant: 0.003": "constant_learning_rate { learning_rate: 0.003 }",
    "cosine: 0.01 up to 0.1 over 5 steps, held for 1 step, down to 0 at step 1,000": "cosine_decay_learning_rate {"
    " learning_rate_base: 0.1 warmup_learning_rate: 0.01 warmup_steps: 5 hold_base_rate_steps: 1 total_steps: 1000 }",
    "exponential: 0.1 for 7 steps, then 0.4, times 0.95 every 9 steps in stairs, at least 0.02": (
        "exponential_decay_learning_rate { initial_learning_rate: 0.4 decay_steps: 9 burnin_learning_rate: 0.1"
        " burnin_steps: 7 min_learning_rate: 0.02 }"
    ),
    "multi-step: 0.1 rising, 0.3 at step 50, 0.01 at step 1,500": "manual_step_learning_rate { warmup: true"
    " initial_learning_rate: 0.1 schedule { step: 50 learning_rate: 0.3 } schedule { step: 1500 learning_rate: 0.01 }"
    " }",
}


@pytest.fixture
def write(tmp_path: Path):
    def written(text: str, name: str = "a.config") -> Path:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return written


def run(*arguments: object):
    return CliRunner().invoke(app, ["config", *map(str, arguments)])


@pytest.mark.parametrize("words", SCHEDULES)
def test_show_names_the_schedule_and_the_batch_in_words(write, words):
    lines = run("show", write(TRAIN.format(2000, SCHEDULES[words]))).stdout.splitlines()
    assert lines[0] == f"# training: 2,000 steps of 8 images, adam, moving averages; {words}"


@pytest.mark.parametrize("flags", [(), ("--all",)])
def test_show_prints_a_config_by_its_parts(flags):
    text = run("show", SSD, *flags).stdout
    heads = [line.split(":")[0] for line in text.splitlines() if line.startswith("#")]
    assert heads == ["# model", "# training", "# data", "# evaluation"]
    assert "# model: ssd, ssd_mobilenet_v2_keras, 90 classes\n" in text
    assert "# data: 1 input path to train, 1 input path to evaluate\n" in text
    assert ("queue_capacity: 2000" in text) == bool(flags)
    if not flags:
        assert parse_pipeline(text, "again") == read_template(SSD).message()


def test_show_gives_json():
    values = json.loads(run("show", SSD, "--all", "--json").stdout)
    assert values["words"]["model"] == "ssd, ssd_mobilenet_v2_keras, 90 classes"
    assert values["config"]["train_input_reader"]["queue_capacity"] == 2000


def test_diff_of_equal_configs_ends_with_0(write):
    done = run("diff", SSD, write(f"# a copy\n{read_template(SSD).text}"))
    assert done.exit_code == 0
    assert done.stdout.endswith("a.config say the same\n")


def test_diff_of_others_ends_with_1_and_a_line_for_each(write):
    a, b = write("train_config { batch_size: 8 }"), write("train_config { batch_size: 9 num_steps: 3 }", "b.config")
    done = run("diff", a, b)
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        f"--- {a}",
        f"+++ {b}",
        "~ train_config.batch_size: 8 -> 9",
        "+ train_config.num_steps: 3 (the other has the default, 0)",
        "2 differences: 1 changed, 0 only in A, 1 only in B",
    ]
    done = run("diff", a, b, "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["differences"][0] == {
        "path": "train_config.batch_size", "kind": "changed", "a": "8", "b": "9", "default": None,
    }  # fmt: skip


def test_diff_of_what_does_not_parse_ends_with_2(write):
    error = run("diff", SSD, write("train_config {")).exception
    assert isinstance(error, ConfigError)
    assert error.exit_code == 2
    assert "a.config:1: " in str(error)


def test_plot_draws_the_run(write, tmp_path):
    text = TRAIN.format(40, "constant_learning_rate { learning_rate: 0.5 }")
    output = tmp_path / "lr.png"
    done = run("plot", write(text, "$a^^b$.config"), "-o", output)
    assert done.stdout == f"40 steps, from 0.5 to 0.5: {output}\n"
    with Image.open(output) as picture:
        assert picture.size == (1600, 864)
        assert len(picture.convert("RGB").getcolors(1 << 24)) > 50


@pytest.mark.parametrize("schedule", SCHEDULES.values())
@pytest.mark.parametrize("steps", [1, 3, 2000])
def test_plot_draws_every_schedule(write, tmp_path, schedule, steps):
    assert run("plot", write(TRAIN.format(steps, schedule)), "-o", tmp_path / "lr.png").exit_code == 0


def test_plot_replaces_nothing_unless_told(write, tmp_path):
    config, output = write(TRAIN.format(5, SCHEDULES["constant: 0.003"])), tmp_path / "lr.png"
    output.write_text("mine")
    error = run("plot", config, "-o", output).exception
    assert isinstance(error, OutputError)
    assert str(error) == f"{output}: exists already. Choose another place or pass --force."
    assert output.read_text() == "mine"
    assert run("plot", config, "-o", output, "--force").exit_code == 0


def test_plot_draws_png_alone(write):
    error = run("plot", write(""), "-o", "lr.jpg").exception
    assert isinstance(error, UsageError)
    assert str(error) == "--output lr.jpg: the picture must be a .png. Name it lr.png."


def test_plot_of_a_run_without_steps_says_so(write, tmp_path):
    config = write("train_config {}")
    error = run("plot", config, "-o", tmp_path / "lr.png").exception
    assert isinstance(error, ConfigError)
    assert str(error) == f"{config}: train_config.num_steps must be 1 or more, but got 0. Set num_steps."


def test_show_and_diff_load_nothing_heavy():
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom tfodkit.cli.main import app\n"
        f"for words in (['show', '{SSD}', '--all'], ['diff', '{SSD}', '{SSD}']):\n"
        "    assert CliRunner().invoke(app, ['config', *words]).exit_code == 0\n"
        "print(sorted({'tensorflow', 'matplotlib', 'numpy', 'pandas'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_preview_refuses_what_it_can_not_draw(tmp_path):
    error = run("preview", tmp_path / "a.config", "-o", tmp_path / "a.gif").exception
    assert isinstance(error, UsageError)
    assert error.exit_code == 2


@pytest.mark.tensorflow
def test_preview_draws_and_counts(drawn_config, tmp_path):
    output = tmp_path / "augmented.png"
    done = run("preview", drawn_config, "-o", output, "--images", "2")
    assert done.exit_code == 0, done.exception
    first, second = done.stdout.splitlines()
    assert first == "2 pictures, no augmentation"
    assert second.endswith(f" before: none was cropped away: {output}")
    assert output.is_file()

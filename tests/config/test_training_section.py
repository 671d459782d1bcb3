"""Optimizers and schedules, fitted to a run. The curves themselves are the Object Detection API's."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from tests.config.linting import check_pipeline
from tfodkit.config.learning.optimizers import OPTIMIZERS, learning_rate_of, optimizer_name
from tfodkit.config.learning.schedule_specs import SCHEDULES
from tfodkit.config.learning.schedules import peak_rate, schedule_name
from tfodkit.config.learning.steps import run_length
from tfodkit.config.options import PipelineOptions
from tfodkit.config.pipeline import Message, new_pipeline, parse_pipeline
from tfodkit.config.templates import read_template
from tfodkit.config.training_section import TrainingSetup, set_training
from tfodkit.errors import ConfigError, UsageError

SSD = "ssd_mobilenet_v2_320x320_coco17"


def fit(train: Message, *, is_own: bool = False, **options: object) -> TrainingSetup:
    asked = PipelineOptions(**options)  # type: ignore[arg-type]
    run = run_length(train, asked, images=100, is_own=is_own)
    return set_training(train, asked, run, where="my.config")


@pytest.fixture
def train() -> Message:
    return read_template(SSD).message().train_config


def own(schedule: str, *, steps: int = 100, optimizer: str = "momentum_optimizer") -> Message:
    text = (
        f"train_config {{ batch_size: 32 num_steps: {steps} "
        f"optimizer {{ {optimizer} {{ learning_rate {{ {schedule} }} }} }} }}"
    )
    return parse_pipeline(text, "my.config").train_config


def test_the_published_rate_is_scaled_to_the_batch_and_the_cosine_to_the_run(train: Message) -> None:
    setup = fit(train, batch_size=32, steps=1000)
    cosine = learning_rate_of(train.optimizer).cosine_decay_learning_rate
    assert setup.learning_rate == 0.05  # 0.8 * 32 / 512
    assert setup.rate_origin == "the template's 0.8 at batch 512, scaled to 32"
    assert cosine.learning_rate_base == pytest.approx(0.05)
    assert cosine.warmup_learning_rate == pytest.approx(0.13333 / 16)
    assert (cosine.total_steps, cosine.warmup_steps, cosine.hold_base_rate_steps) == (1000, 40, 0)
    assert (train.batch_size, train.num_steps) == (32, 1000)


def test_a_template_of_ours_is_brought_down_to_one_machine(train: Message) -> None:
    setup = fit(train)
    assert (setup.batch_size, setup.steps, setup.learning_rate) == (8, 5000, 0.0125)


def test_a_config_of_ones_own_keeps_its_batch_steps_and_rate() -> None:
    train = own("constant_learning_rate { learning_rate: 0.3 }")
    setup = fit(train, is_own=True)
    assert (setup.batch_size, setup.steps, setup.learning_rate, setup.rate_origin) == (32, 100, 0.3, "the template's")


def test_a_config_that_trains_for_ever_gets_an_end() -> None:
    assert fit(own("constant_learning_rate { }", steps=0), is_own=True).steps == 5000


def test_the_moving_average_is_off_unless_the_template_says_on() -> None:
    silent, explicit = own("constant_learning_rate { }"), own("constant_learning_rate { }")
    explicit.optimizer.use_moving_average = True
    fit(silent)
    fit(explicit)
    assert silent.optimizer.HasField("use_moving_average")
    assert (silent.optimizer.use_moving_average, explicit.optimizer.use_moving_average) == (False, True)


def test_adam_scales_with_the_square_root() -> None:
    train = own("constant_learning_rate { learning_rate: 0.4 }", optimizer="adam_optimizer")
    assert fit(train, batch_size=8).learning_rate == 0.2


def test_the_proto_s_own_warm_up_is_written_out() -> None:
    train = own("cosine_decay_learning_rate { total_steps: 20000 }", steps=20_000)
    fit(train, steps=100)
    cosine = learning_rate_of(train.optimizer).cosine_decay_learning_rate
    assert cosine.HasField("warmup_steps")
    assert (cosine.warmup_steps, cosine.total_steps) == (50, 100)


@pytest.mark.parametrize("steps", [1, 2, 50])
def test_a_cosine_that_never_falls_is_given_a_step_to_fall_in(steps: int) -> None:
    train = own("cosine_decay_learning_rate { total_steps: 100 warmup_steps: 90 hold_base_rate_steps: 90 }")
    fit(train, steps=steps, learning_rate=0.1)
    cosine = learning_rate_of(train.optimizer).cosine_decay_learning_rate
    assert cosine.warmup_steps + cosine.hold_base_rate_steps == cosine.total_steps - 1 == steps - 1


def test_a_warm_up_as_long_as_its_cosine_is_cut() -> None:
    train = own("cosine_decay_learning_rate { total_steps: 100 warmup_steps: 200 }")
    fit(train, steps=100, learning_rate=0.1)
    assert learning_rate_of(train.optimizer).cosine_decay_learning_rate.warmup_steps == 99


def test_a_multi_step_schedule_is_stretched() -> None:
    train = own(
        "manual_step_learning_rate { initial_learning_rate: 0.1 schedule { step: 50 learning_rate: 0.01 } "
        "schedule { step: 80 learning_rate: 0.001 } }"
    )
    fit(train, steps=1000, learning_rate=0.5)
    manual = learning_rate_of(train.optimizer).manual_step_learning_rate
    assert [step.step for step in manual.schedule] == [500, 800]
    assert [step.learning_rate for step in manual.schedule] == pytest.approx([0.05, 0.005])


def test_an_exponential_schedule_is_stretched() -> None:
    train = own("exponential_decay_learning_rate { initial_learning_rate: 0.1 decay_steps: 10 burnin_steps: 0 }")
    fit(train, steps=1000, batch_size=32)
    exponential = learning_rate_of(train.optimizer).exponential_decay_learning_rate
    assert (exponential.decay_steps, exponential.burnin_steps) == (100, 0)


@settings(deadline=None)
@given(
    optimizer=st.sampled_from(list(OPTIMIZERS)),
    schedule=st.sampled_from(list(SCHEDULES)),
    steps=st.integers(2, 10**6),
    batch_size=st.integers(1, 512),
    rate=st.floats(1e-6, 10),
)
def test_options_come_out_of_the_config_again(
    optimizer: str, schedule: str, steps: int, batch_size: int, rate: float
) -> None:
    message = read_template(SSD).message()
    fit(
        message.train_config,
        optimizer=optimizer,
        schedule=schedule,
        steps=steps,
        batch_size=batch_size,
        learning_rate=rate,
    )
    train = message.train_config
    learning_rate = learning_rate_of(train.optimizer)
    asked = "cosine" if schedule == "one-cycle" else schedule
    assert (optimizer_name(train.optimizer), schedule_name(learning_rate)) == (optimizer, asked)
    assert (train.num_steps, train.batch_size) == (steps, batch_size)
    assert peak_rate(learning_rate) == pytest.approx(rate, rel=1e-5)
    problems = [str(problem) for problem in check_pipeline(message, where="")]
    assert not [problem for problem in problems if "step" in problem or "rate" in problem]


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("steps", [2, 3, 10])
def test_a_run_of_a_few_steps_has_a_schedule_that_runs(train: Message, schedule: str, steps: int) -> None:
    fit(train, schedule=schedule, steps=steps)
    learning_rate = learning_rate_of(train.optimizer)
    cosine, manual = learning_rate.cosine_decay_learning_rate, learning_rate.manual_step_learning_rate
    if schedule == "cosine":
        assert cosine.warmup_steps + cosine.hold_base_rate_steps < cosine.total_steps == steps
    if schedule == "multi-step":
        milestones = [step.step for step in manual.schedule]
        assert milestones == sorted(set(milestones))
        assert milestones[0] > 0


def test_another_optimizer_wants_a_rate_of_its_own(train: Message) -> None:
    with pytest.raises(UsageError) as caught:
        fit(train, optimizer="adam")
    assert str(caught.value) == (
        "--optimizer adam: the template's learning rate of 0.8 belongs to momentum. "
        "Pass --learning-rate too; 0.001 is a usual start."
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("train_config { }", "my.config: train_config has no optimizer. Start from another template."),
        (
            "train_config { optimizer { adam_optimizer { } } }",
            "my.config: the optimizer has no learning rate. Start from another template.",
        ),
        (
            (
                "train_config { optimizer { adam_optimizer { learning_rate { constant_learning_rate "
                "{ learning_rate: 0 } } } } }"
            ),
            "my.config: the learning rate must be above 0, but got 0. Mend the template.",
        ),
    ],
)
def test_a_template_that_can_not_train(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        fit(parse_pipeline(text, "my.config").train_config)
    assert str(caught.value) == message


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what TensorFlow itself imports
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_object_detection_api_follows_the_schedule(schedule: str) -> None:
    from tfodkit.odapi.install import install

    install()
    import tensorflow as tf
    from object_detection.builders import optimizer_builder

    train = read_template(SSD).message().train_config
    fit(train, schedule=schedule, steps=900, learning_rate=0.1)
    step = tf.Variable(0, dtype=tf.int64)
    _, (rate,) = optimizer_builder.build(train.optimizer, global_step=step)
    rates = []
    for number in (0, 45, 300, 650, 899):
        step.assign(number)
        rates.append(float(rate() if callable(rate) else rate))
    assert max(rates) == pytest.approx(0.1, rel=0.1)
    assert (rates[-1] < 0.0101) == (schedule != "constant")


def test_an_empty_message_is_told() -> None:
    with pytest.raises(ConfigError, match="has no optimizer"):
        fit(new_pipeline().train_config)


@settings(deadline=None)
@given(
    optimizer=st.sampled_from(
        ["momentum:momentum=0.5", "adam:epsilon=1e-05", "rms_prop:momentum=0,decay=0.5,epsilon=1"]
    ),
    decay=st.integers(1, 999).map(lambda part: part / 1000),
    norm=st.integers(0, 999).map(lambda part: part / 10),
)
def test_optimizer_averages_and_clipping_come_out_again(optimizer: str, decay: float, norm: float) -> None:
    train = read_template(SSD).message().train_config
    setup = fit(train, optimizer=optimizer, learning_rate=0.1, ema=decay, gradient_clipping=norm)
    assert (setup.optimizer, setup.moving_average, setup.gradient_clipping) == (optimizer, decay, norm)


def test_a_parameter_that_is_not_given_stays() -> None:
    train = read_template(SSD).message().train_config
    train.optimizer.momentum_optimizer.momentum_optimizer_value = 0.5
    assert fit(train, optimizer="momentum").optimizer == "momentum:momentum=0.5"


def test_gradients_are_no_longer_clipped_at_0() -> None:
    train = read_template("faster_rcnn_resnet101_v1_800x1333_coco17").message().train_config
    assert train.gradient_clipping_by_norm == 10
    assert fit(train).gradient_clipping == 10
    assert fit(train, gradient_clipping=0).gradient_clipping == 0


def test_a_schedule_without_room_names_its_flag(train: Message) -> None:
    with pytest.raises(UsageError) as caught:
        fit(train, steps=100, schedule="cosine:warm_up=200")
    assert str(caught.value) == (
        "--schedule cosine:warm_up=200: warm_up and hold take 200 of 100 steps. Leave some to fall in."
    )


def test_parameters_make_a_schedule_anew_and_its_name_alone_fits_the_template_s(train: Message) -> None:
    fitted, anew = read_template(SSD).message().train_config, train
    fit(fitted, steps=1000, schedule="cosine")
    fit(anew, steps=1000, schedule="cosine:hold=100")
    cosines = [learning_rate_of(each.optimizer).cosine_decay_learning_rate for each in (fitted, anew)]
    assert [(cosine.warmup_steps, cosine.hold_base_rate_steps) for cosine in cosines] == [(40, 0), (50, 100)]

"""Training input through a tf.data service in this process."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tfodkit.config import read_checked_pipeline
from tfodkit.errors import SetupError
from tfodkit.odapi.data_service import through_service
from tfodkit.odapi.install import install
from tfodkit.odapi.learner import TOTAL_LOSS, Learner, LearnerSettings

pytestmark = pytest.mark.slow


def test_a_learner_trains_on_what_a_service_makes(drawn_config: Path) -> None:
    install()
    import tensorflow as tf

    service = tf.data.experimental.service
    dispatcher = service.DispatchServer()
    address = dispatcher.target.split("://")[1]
    worker = service.WorkerServer(service.WorkerConfig(dispatcher_address=address))
    learner = Learner(
        read_checked_pipeline(drawn_config).text,
        strategy=tf.distribute.get_strategy(),
        seed=0,
        settings=LearnerSettings(data_service=dispatcher.target),
    )
    learner.start()
    losses = [float(learner.take_step()[TOTAL_LOSS]) for _ in range(3)]
    assert all(math.isfinite(loss) for loss in losses)
    assert worker._num_tasks() >= 1


def test_an_address_where_nobody_answers_is_told() -> None:
    install()
    with pytest.raises(SetupError, match=r"--data-service grpc://localhost:1: nobody answers there \(.*\)\. Start its"):
        through_service("grpc://localhost:1")


@pytest.mark.parametrize("address", ["localhost:5000", "grpc://localhost", "grpc://:x", "grpc:///a:1"])
def test_what_is_no_address_is_told(address: str) -> None:
    install()
    with pytest.raises(SetupError, match=r"is no address of a tf\.data service\. Give one such as grpc://localhost:"):
        through_service(address)

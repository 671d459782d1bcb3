"""The learner under a strategy with several replicas: two logical CPUs stand in for two GPUs."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PROGRAM = """
import json, re, sys
from pathlib import Path
from tfodkit.odapi.install import install
install()
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from tfodkit.config import read_checked_pipeline
from tfodkit.errors import ConfigError
from tfodkit.evaluation.ground_truth import read_ground_truth
from tfodkit.evaluation.model_evaluator import ModelEvaluator
from tfodkit.odapi.learner import Learner

strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
pipeline = read_checked_pipeline(sys.argv[1])
text = re.sub("learning_rate: [0-9.]+", "learning_rate: 0.0001", pipeline.text)
try:
    Learner(text.replace("batch_size: 4", "batch_size: 3"), strategy=strategy, seed=0)
    refused = ""
except ConfigError as error:
    refused = str(error)
learner = Learner(text, strategy=strategy, seed=0)
learner.start()
losses = [{name: float(loss) for name, loss in learner.take_step().items()} for _ in range(3)]
evaluator = ModelEvaluator(
    learner.pipeline,
    learner.model,
    records=pipeline.val_records,
    ground_truth=read_ground_truth(pipeline.val_records, pipeline.class_names),
    class_names=pipeline.class_names,
)
result = evaluator.evaluate()
path = learner.checkpoint_manager(Path(sys.argv[2])).save(checkpoint_number=learner.step)
again = Learner(text, strategy=strategy, seed=1)
again.resume(Path(path))
same = all(
    bool(tf.reduce_all(one == other))
    for one, other in zip(learner.model.trainable_variables, again.model.trainable_variables, strict=True)
)
print(json.dumps([refused, losses, result.images, learner.step, again.step, same]))
"""


def test_two_replicas_share_the_batch_evaluate_and_go_on(drawn_config: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(drawn_config), str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    refused, losses, images, step, resumed_step, same = json.loads(done.stdout.splitlines()[-1])
    assert "batch_size 3 can't be shared out equally over 2 devices. Take a multiple of 2." in refused
    first, *_, last = losses
    assert all(math.isfinite(loss["Loss/total_loss"]) for loss in losses)
    # a step that took the replicas' gradients wrongly would throw the weights far off
    assert last["Loss/regularization_loss"] == pytest.approx(first["Loss/regularization_loss"], rel=0.05)
    assert last["Loss/regularization_loss"] != first["Loss/regularization_loss"]
    assert images == 5
    assert (step, resumed_step, same) == (3, 3, True)

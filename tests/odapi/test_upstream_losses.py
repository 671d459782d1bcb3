"""The train step is the Object Detection API's: from the same weights and images come the losses of its train_loop.

Both run in processes of their own on one thread: on more, sums are added up in another order each time, and two runs of
*either* differ in the last bits of the third step and in the second digit of the sixth. Both start from one checkpoint,
as upstream makes its weights within its first step and ours are made before it; and both read the records through
upstream's input, whose augmentation is drawn in legacy functions that know no seed: so the config here has none.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

SEED = 7
STEPS = 20

START = """
import json, sys
from tfodkit.odapi.install import install
install()
import tensorflow as tf
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
config, folder, seed, steps = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
"""
OURS = f"""{START}
from pathlib import Path
from tfodkit.odapi.learner import Learner
learner = Learner(Path(config).read_text(), strategy=tf.distribute.get_strategy(), seed=seed)
learner.fine_tune()
next(iter(learner._undrawn_input))  # as upstream opens its input once before, to make the variables
learner.start()
print(json.dumps([float(learner.take_step()["Loss/total_loss"]) for _ in range(steps)]))
"""
WEIGHTS = f"""{START}
from pathlib import Path
from tfodkit.odapi.learner import Learner
learner = Learner(Path(config).read_text(), strategy=tf.distribute.get_strategy(), seed=seed)
print(json.dumps(tf.train.Checkpoint(model=learner.model).save(folder + "/ckpt")))
"""
UPSTREAM = f"""{START}
from object_detection import model_lib_v2
tf.random.set_seed(seed)
# its image summaries would put operations, and with them seeds, before the model's
model_lib_v2.train_loop(config, folder, train_steps=steps, num_steps_per_iteration=1, record_summaries=False)
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(folder + "/train", size_guidance={{"tensors": 0}})
events.Reload()
print(json.dumps([float(tf.make_ndarray(event.tensor_proto)) for event in events.Tensors("Loss/total_loss")]))
"""


def run(program: str, config: Path, folder: Path) -> Any:
    command = [sys.executable, "-c", program, str(config), str(folder), str(SEED), str(STEPS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_the_first_twenty_losses_equal_upstreams_to_the_bit(drawn_records: Path, tmp_path: Path) -> None:
    from tfodkit.config import PipelineOptions, make_config

    # per-class records with weights, and shuffling; no augmentation, see above
    options = PipelineOptions(image_size=96, batch_size=4, steps=STEPS, weights="mug=2", augment=("none",))
    template = "ssd_mobilenet_v2_320x320_coco17"
    bare = make_config(template, drawn_records, tmp_path / "bare.config", options).path
    checkpoint = Path(run(WEIGHTS, bare, tmp_path / "weights"))
    options = replace(options, fine_tune_checkpoint=checkpoint, fine_tune_checkpoint_type="full")
    config = make_config(template, drawn_records, tmp_path / "a.config", options).path
    ours = run(OURS, config, tmp_path / "ours")
    assert len(set(ours)) == STEPS
    assert ours == run(UPSTREAM, config, tmp_path / "upstream")

"""The training loop is the Object Detection API's: the same seed and config give the losses of its own train_loop.

Both run in processes of their own on one thread: on more, sums are added up in another order each time, and two runs of
*either* differ in the last bits of the third step and in the second digit of the sixth. Upstream draws augmentation in
legacy functions that know no seed: no two runs of it augment alike, so the config here has none.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

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
learner.start()
print(json.dumps([float(learner.take_step()["Loss/total_loss"]) for _ in range(steps)]))
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


def losses(program: str, config: Path, folder: Path) -> list[float]:
    command = [sys.executable, "-c", program, str(config), str(folder), str(SEED), str(STEPS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    values: list[float] = json.loads(done.stdout.splitlines()[-1])
    return values


def test_the_first_twenty_losses_equal_upstreams_to_the_bit(drawn_records: Path, tmp_path: Path) -> None:
    from tfodkit.config import PipelineOptions, make_config

    # per-class records with weights, and shuffling; no augmentation, see above
    options = PipelineOptions(image_size=96, batch_size=4, steps=STEPS, weights="mug=2", augment=("none",))
    config = make_config("ssd_mobilenet_v2_320x320_coco17", drawn_records, tmp_path / "a.config", options).path
    ours = losses(OURS, config, tmp_path / "ours")
    assert len(set(ours)) == STEPS
    assert ours == losses(UPSTREAM, config, tmp_path / "upstream")

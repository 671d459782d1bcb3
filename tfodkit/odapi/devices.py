"""Which processors TensorFlow works on, in this process and in others."""

from __future__ import annotations

import json
import os
from typing import Any, Literal

from tfodkit.errors import CheckpointError, SetupError

Strategy = Literal["auto", "mirrored", "multi-worker", "tpu"]
TF_CONFIG = "TF_CONFIG"


def choose_strategy(name: Strategy = "auto") -> tuple[Any, str]:
    """A ``tf.distribute`` strategy for this machine, and the devices in words.

    GPUs are used when there are any, with memory growth, so that other programs keep theirs. Call it before anything is
    placed on a device.

    Args:
        name: ``auto`` takes one GPU as TensorFlow does by default, several with ``MirroredStrategy``; ``mirrored``
            takes that in any case. With ``multi-worker`` this is one of the processes that TF_CONFIG tells of,
            which all do the same; it returns when all are there. ``tpu`` takes the machine's TPU, or the one that
            TPU_NAME names.

    Raises:
        SetupError: TF_CONFIG is missing or broken, or there is no TPU.
    """
    import tensorflow as tf

    if name == "tpu":
        return _tpu()
    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    if name == "multi-worker":
        _require_cluster()
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
        return strategy, f"{strategy.num_replicas_in_sync} devices of several processes, mirrored"
    if len(gpus) > 1 or name == "mirrored":
        strategy = tf.distribute.MirroredStrategy()
        return strategy, f"{len(gpus)} GPUs, mirrored" if len(gpus) > 1 else f"{_one(gpus)}, mirrored"
    return tf.distribute.get_strategy(), _one(gpus)


def require_one_step(strategy: Any, step: Any) -> None:
    """Refuse to let processes learn together that went on from different checkpoints.

    Raises:
        CheckpointError: the variable ``step`` is not the same on all replicas.
    """
    import tensorflow as tf

    steps = strategy.reduce(tf.distribute.ReduceOp.SUM, strategy.run(lambda: tf.identity(step)), axis=None)
    own = int(step.numpy())
    if int(steps) != own * strategy.num_replicas_in_sync:
        what = f"this worker is at step {own}, and others are not"
        raise CheckpointError("--strategy multi-worker", what, "Give all of them the same run folder, and start again.")


def _one(gpus: list[Any]) -> str:
    return "1 GPU" if gpus else "the CPU"


def _tpu() -> tuple[Any, str]:
    import tensorflow as tf

    try:
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver()
        tf.config.experimental_connect_to_cluster(resolver)
        tf.tpu.experimental.initialize_tpu_system(resolver)
    except (ValueError, RuntimeError, tf.errors.OpError) as error:
        what = f"there is no TPU here ({str(error).splitlines()[0].rstrip('.')})"
        raise SetupError("--strategy tpu", what, "Run it where there is one, or set TPU_NAME.") from error
    strategy = tf.distribute.TPUStrategy(resolver)
    return strategy, f"a TPU of {strategy.num_replicas_in_sync} cores"


def _require_cluster() -> None:
    text = os.environ.get(TF_CONFIG, "")
    try:
        config = json.loads(text)
        workers, task = config["cluster"]["worker"], config["task"]
        is_one = task["type"] == "worker" and workers[int(task["index"])]
    except (ValueError, LookupError, TypeError):
        is_one = False
    if not is_one:
        raise SetupError(
            "--strategy multi-worker",
            f"{TF_CONFIG} tells of no worker that this process is, but is {text!r}",
            f'Set it in each process, such as {TF_CONFIG}=\'{{"cluster": {{"worker": ["one:2222", "two:2222"]}}, '
            '"task": {"type": "worker", "index": 0}}\'.',
        )

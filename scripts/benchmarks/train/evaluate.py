"""Evaluation of the validation pictures, ours or upstream's. Arguments: config, folder, unused, whose, run."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from tfodkit.odapi.install import install

config, folder, whose, run = sys.argv[1], sys.argv[2], sys.argv[4], sys.argv[5]
install()

from tfodkit.config import read_checked_pipeline  # noqa: E402 - after the mends
from tfodkit.odapi.model import build_model, create_variables, restore_model  # noqa: E402
from tfodkit.odapi.pipeline import parse  # noqa: E402
from tfodkit.odapi.randomness import seed_keras  # noqa: E402
from tfodkit.training.run_directory import RunDirectory  # noqa: E402

pipeline = read_checked_pipeline(config)
seed_keras(0)
model = build_model(pipeline.text, is_training=False)
if run:
    restore_model(model, RunDirectory.open(Path(run)).checkpoint("best"))
else:
    create_variables(model)  # which score all anchors nearly alike: the most work for non-maximum suppression


def ours() -> dict[str, float]:
    from tfodkit.evaluation.ground_truth import read_ground_truth
    from tfodkit.evaluation.model_evaluator import ModelEvaluator
    from tfodkit.evaluation.result import TAGS

    evaluator = ModelEvaluator(
        parse(pipeline.text),
        model,
        records=pipeline.val_records,
        ground_truth=read_ground_truth(pipeline.val_records, pipeline.class_names),
        class_names=pipeline.class_names,
    )
    figures = evaluator.evaluate().figures
    return {TAGS[name]: -1.0 if value is None else value for name, value in figures.items()}


def upstream() -> dict[str, Any]:
    import tensorflow as tf
    from object_detection import inputs, model_lib_v2
    from object_detection.utils import config_util

    configs = config_util.get_configs_from_pipeline_file(config)
    dataset = inputs.eval_input(configs["eval_config"], configs["eval_input_config"], configs["model"], model=model)
    with tf.compat.v2.summary.create_file_writer(folder).as_default():
        step = tf.Variable(0, dtype=tf.int64)
        figures = model_lib_v2.eager_eval_loop(model, configs, dataset, global_step=step)
    return {name: float(value) for name, value in figures.items() if name.startswith("Detection")}


began, cpu_began = time.time(), time.process_time()
figures = {"ours": ours, "upstream": upstream}[whose]()
spent, cpu_spent = time.time() - began, time.process_time() - cpu_began
print(json.dumps({"evaluation_seconds": spent, "cpu_seconds": cpu_spent, "figures": figures}))

"""Training: the run directory, the plan, the loop, and what is shown of it."""

from tfodkit.training.evaluate_run import evaluate_run
from tfodkit.training.train import TrainingResult, train

__all__ = ["TrainingResult", "evaluate_run", "train"]

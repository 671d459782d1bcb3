"""The checkpoints of the TensorFlow 2 detection model zoo: listed, downloaded, kept in a cache. No TensorFlow."""

from tfodkit.zoo.cache import CachedModel, remove_model
from tfodkit.zoo.fetch import checkpoint_for, fetch_model
from tfodkit.zoo.listing import ListedModel, list_models
from tfodkit.zoo.watch import Watch

__all__ = ["CachedModel", "ListedModel", "Watch", "checkpoint_for", "fetch_model", "list_models", "remove_model"]

"""Augmentation: the steps of the Object Detection API from a flag, a preset or a file."""

"""Runs for the tests of training, without TensorFlow."""

from __future__ import annotations

from pathlib import Path


def save(folder: Path, *steps: int, name: str = "ckpt") -> Path:
    """A folder that keeps checkpoints of these steps, the last being the newest; as TensorFlow writes it."""
    folder.mkdir(parents=True, exist_ok=True)
    for step in steps:
        (folder / f"{name}-{step}.index").write_text(f"index {step}")
        (folder / f"{name}-{step}.data-00000-of-00001").write_text(f"data {step}")
    lines = [f'model_checkpoint_path: "{name}-{steps[-1]}"']
    lines += [f'all_model_checkpoint_paths: "{name}-{step}"' for step in steps]
    (folder / "checkpoint").write_text("\n".join([*lines, "last_preserved_timestamp: 1.5", ""]))
    return folder

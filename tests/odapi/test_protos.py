"""The Object Detection API's messages, without TensorFlow."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest
from google.protobuf import text_format

from tfodkit.errors import SetupError
from tfodkit.odapi import protos

REPOSITORY = Path(__file__).parents[2]


def installed_message_modules() -> list[str]:
    distribution = importlib.metadata.distribution("tf-models-research-object-detection")
    names = [file.name for file in distribution.files or () if file.match("object_detection/protos/*_pb2.py")]
    return sorted(name.removesuffix(".py") for name in names)


def test_loading_the_pipeline_leaves_tensorflow_and_the_pure_python_back_end_out() -> None:
    code = (
        "import sys; from tfodkit.odapi import protos; protos.load('pipeline_pb2');"
        "from google.protobuf.internal import api_implementation;"
        "print([name for name in ('tensorflow', 'keras', 'tf_keras', 'numpy') if name in sys.modules],"
        " api_implementation.Type())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] upb"


@pytest.mark.parametrize("name", installed_message_modules())
def test_every_installed_message_module_loads(name: str) -> None:
    module = protos.load(name)
    assert module.DESCRIPTOR.name == f"object_detection/protos/{name.removesuffix('_pb2')}.proto"
    for message in module.DESCRIPTOR.message_types_by_name:
        getattr(module, message)()


def test_there_are_as_many_message_modules_as_upstream_has() -> None:
    assert len(installed_message_modules()) == 34


def test_text_round_trip_with_enum_and_oneof() -> None:
    pipeline = protos.load("pipeline_pb2").TrainEvalPipelineConfig()
    text = """
    model { ssd { num_classes: 3 feature_extractor { type: "ssd_mobilenet_v2_keras" } } }
    train_config { fine_tune_checkpoint_version: V2 data_augmentation_options { random_horizontal_flip { } } }
    train_input_reader { label_map_path: "map" tf_record_input_reader { input_path: "a" input_path: "b" } }
    """
    text_format.Parse(text, pipeline)
    again = type(pipeline).FromString(pipeline.SerializeToString())
    assert again == pipeline
    assert again.model.WhichOneof("model") == "ssd"
    assert list(again.train_input_reader.tf_record_input_reader.input_path) == ["a", "b"]
    assert again.train_config.fine_tune_checkpoint_version == protos.load("train_pb2").V2


def test_a_message_of_another_module_is_the_same_class() -> None:
    pipeline = protos.load("pipeline_pb2").TrainEvalPipelineConfig()
    assert type(pipeline.model) is protos.load("model_pb2").DetectionModel


def test_the_hook_is_installed_once() -> None:
    protos.install_hook()
    before = list(sys.meta_path)
    protos.install_hook()
    assert sys.meta_path == before


def test_an_unknown_module_is_a_setup_error() -> None:
    with pytest.raises(
        SetupError, match=r"object_detection\.protos: there is no module 'nothing_pb2'.*Reinstall it: pip"
    ):
        protos.load("nothing_pb2")


def test_a_file_without_a_descriptor_is_a_setup_error(tmp_path: Path) -> None:
    generated = tmp_path / "broken_pb2.py"
    generated.write_text("DESCRIPTOR = None\n")
    with pytest.raises(SetupError, match=r"broken_pb2\.py: there is no serialized_pb constant"):
        protos._serialized_descriptor(generated)


def test_a_missing_object_detection_api_is_a_setup_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(distribution: str) -> str:
        raise importlib.metadata.PackageNotFoundError(distribution)

    monkeypatch.setattr(importlib.metadata, "version", version)
    monkeypatch.setattr(sys, "meta_path", [])
    with pytest.raises(SetupError) as caught:
        protos.install_hook()
    assert str(caught.value) == (
        "tf-models-research-object-detection: the Object Detection API must be version 2.8.0.post1 but it is not "
        "installed. Run: pip install tf-models-research-object-detection==2.8.0.post1"
    )

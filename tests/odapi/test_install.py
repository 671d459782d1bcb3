"""The bridge is installed once, in the right order, or says why it can't be."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from google.protobuf.internal import api_implementation

from tfodkit.errors import SetupError
from tfodkit.odapi.install import X86, install

REPOSITORY = Path(__file__).parents[2]


def run(code: str, **environment: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "PROTOCOL_"))}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=REPOSITORY,
        env={**kept, "CUDA_VISIBLE_DEVICES": "-1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def fake_tensorflow(keras: str) -> ModuleType:
    module = ModuleType("tensorflow")
    module.keras = SimpleNamespace(Model=type("Model", (), {"__module__": keras}))  # type: ignore[attr-defined]
    return module


def installed_versions(monkeypatch: pytest.MonkeyPatch, **versions: str) -> None:
    real = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: versions.get(name.replace("-", "_")) or real(name))


def test_importing_the_package_does_nothing() -> None:
    code = (
        "import os, sys; before = dict(os.environ), list(sys.meta_path);"
        "import tfodkit.odapi, tfodkit.odapi.install, tfodkit.odapi.protos;"
        "print(before == (dict(os.environ), sys.meta_path), 'tensorflow' in sys.modules, 'numpy' in sys.modules)"
    )
    assert run(code) == "True False False"


@pytest.mark.tensorflow
def test_the_api_imports_and_what_must_stay_out_stays_out() -> None:
    code = (
        "import sys; from tfodkit.odapi.install import install; install();"
        "from object_detection import exporter_lib_v2, inputs, model_lib_v2;"
        "from object_detection.builders import model_builder;"
        "print([name for name in ('keras', 'tensorflow_io', 'keras.applications') if name in sys.modules])"
    )
    assert run(code) == "[]"


@pytest.mark.tensorflow
def test_a_second_call_changes_nothing() -> None:
    code = (
        "import os, sys; from tfodkit.odapi.install import install; install();"
        "before = list(sys.meta_path), dict(os.environ); install();"
        "print(before == (sys.meta_path, dict(os.environ)), os.environ['TF_CPP_MIN_LOG_LEVEL'],"
        "os.environ.get('TF_ENABLE_ONEDNN_OPTS'))"
    )
    assert run(code) == f"True 1 {'1' if platform.machine() in X86 else None}"
    assert run(code, TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0") == "True 3 0"


@pytest.mark.tensorflow
def test_modules_loaded_before_are_mended_too() -> None:
    code = (
        "import os; os.environ['TF_USE_LEGACY_KERAS'] = '1';"
        "from object_detection.utils import dataset_util; from tfodkit.odapi.install import install;"
        "install(); install();"
        "print(dataset_util.int64_list_feature([True, False]).int64_list.value, dataset_util.int64_feature.__closure__"
        "[0].cell_contents.__module__)"
    )
    # mended once: what the mended function wraps is upstream's own
    assert run(code) == "[1, 0] object_detection.utils.dataset_util"


def test_tensorflow_imported_before_without_keras_2_is_a_setup_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow", fake_tensorflow("keras.src.models.model"))
    monkeypatch.delenv("TF_USE_LEGACY_KERAS", raising=False)
    with pytest.raises(SetupError) as caught:
        install()
    assert str(caught.value) == (
        "tensorflow: it was imported before tfodkit, without TF_USE_LEGACY_KERAS=1, and so with Keras 3. "
        "Set TF_USE_LEGACY_KERAS=1 before tensorflow is first imported, and start Python anew."
    )
    assert "TF_USE_LEGACY_KERAS" not in os.environ


def test_keras_3_in_spite_of_the_variable_is_a_setup_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow", fake_tensorflow("keras.src.models.model"))
    monkeypatch.setenv("TF_USE_LEGACY_KERAS", "1")
    with pytest.raises(SetupError, match=r"must be Keras 2 \(tf_keras\), but its classes come from keras\.src\.models"):
        install()


def test_the_pure_python_protobuf_is_a_setup_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_implementation, "Type", lambda: "python")
    with pytest.raises(SetupError, match=r"protobuf: it runs on its pure-Python.*Unset PROTOCOL_BUFFERS_PYTHON"):
        install()


@pytest.mark.parametrize(
    ("versions", "message"),
    [
        ({"tensorflow": "2.19.1"}, r"tensorflow must be version 2\.20\.x but 2\.19\.1 is installed\. Run: pip install"),
        ({"tf_keras": "2.19.0"}, r"tf-keras must be version 2\.20\.x but 2\.19\.0 is installed\. Run: pip install"),
        (
            {"tf_models_research_object_detection": "2.5.1"},
            r"must be version 2\.8\.0\.post1 but 2\.5\.1 is installed\. Run: pip install tf-models-research",
        ),
    ],
)
def test_other_versions_are_setup_errors(
    versions: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed_versions(monkeypatch, **versions)
    with pytest.raises(SetupError, match=message):
        install()

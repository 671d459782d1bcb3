from __future__ import annotations

import hashlib
import json
from pathlib import Path

from tfodkit.exporting.manifest import ExportManifest, Parity, list_exported
from tfodkit.odapi.signatures import SIGNATURES


def test_files_are_listed_with_size_and_hash_sorted_and_without_the_manifest_itself(tmp_path: Path) -> None:
    (tmp_path / "saved_model" / "variables").mkdir(parents=True)
    (tmp_path / "saved_model" / "variables" / "variables.index").write_bytes(b"abc")
    (tmp_path / "label_map.pbtxt").write_bytes(b"item {}")
    (tmp_path / "export.json").write_bytes(b"{}")
    files = list_exported(tmp_path)
    assert [(file.path, file.bytes) for file in files] == [
        ("label_map.pbtxt", 7),
        ("saved_model/variables/variables.index", 3),
    ]
    assert files[1].sha256 == hashlib.sha256(b"abc").hexdigest()


def test_the_json_holds_everything_but_the_place(tmp_path: Path) -> None:
    manifest = ExportManifest(
        path=tmp_path,
        checkpoint="best/ckpt-300",
        averaged=False,
        files=list_exported(tmp_path),
        parity=(Parity("saved_model", 8, 12, 1e-6, 2e-6, 5, 5, 0.25),),
        parity_pictures="validation",
        versions={"tfodkit": "0.1.0"},
        signatures=SIGNATURES,
    )
    content = json.loads(manifest.to_text())
    assert content == json.loads(json.dumps(manifest.to_json()))
    assert content["format"] == 1
    assert content["signatures"][0] == {
        "name": "serving_default",
        "dtype": "uint8",
        "shape": [None, None, None, 3],
        "takes": "RGB pictures of one size, 0 to 255",
    }
    assert content["parity"] == [
        {
            "format": "saved_model",
            "images": 8,
            "detections": 12,
            "score_difference": 1e-6,
            "box_difference": 2e-6,
            "sure": 5,
            "found_again": 5,
            "map": 0.25,
        }
    ]
    assert str(tmp_path) not in manifest.to_text()

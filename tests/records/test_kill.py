"""A run that is killed at any moment leaves the old records or the new ones, whole; and the next run finishes.

Kills at each step of the swap itself are in ``tests/test_files.py``.
"""

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from builders import draw_image, label_folder

from tfodkit.records import RecordManifest, RecordOptions, make_records, read_tfrecord

KILLS = 30
SHARD_BYTES = 100_000
PROGRAM = f"""
import sys
from tfodkit.records import RecordOptions, make_records
import tfodkit.records.make  # and all that it needs: the names above load on first use
print("ready", flush=True)
sys.stdin.readline()
options = RecordOptions(seed=int(sys.argv[3]), shard_bytes={SHARD_BYTES}, workers=2)
make_records(sys.argv[1], sys.argv[2], options, force=True)
print("done", flush=True)
"""


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """120 pictures of some 20 KB: a run of some 0.2 s, most of it while writing."""
    folder = tmp_path_factory.mktemp("in")
    labels = [["mug"], ["bagel", "mug"], []]
    label_folder(folder, {f"{number:03}.jpg": labels[number % 3] for number in range(120)})
    noise = random.Random(0)
    for path in sorted(folder.glob("*.jpg")):
        draw_image(path, comment=noise.randbytes(20_000))
    return folder


def start(images, output, seed):
    """A process that has loaded everything and begins to make records at the next line."""
    command = [sys.executable, "-c", PROGRAM, str(images), str(output), str(seed)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2], bufsize=0
    )
    assert process.stdout.readline() == b"ready\n"
    return process


def records_are_whole(output):
    """The seed of the records in ``output``, every byte of which is as it was written; None where there are none."""
    if not output.exists():
        return None
    manifest = RecordManifest.read(output)
    manifest.check_files(output, contents=True)
    assert sum(1 for file in manifest.files for _ in read_tfrecord(output / file.name)) == 120
    assert {path.name for path in output.iterdir()} == {
        "manifest.json",
        "label_map.pbtxt",
        *(file.name for file in manifest.files),
    }
    return manifest.options.seed


def usual_seconds(images, output):
    process = start(images, output, 0)
    begin = time.monotonic()
    process.stdin.write(b"\n")
    assert process.stdout.readline() == b"done\n"
    seconds = time.monotonic() - begin
    process.communicate()
    shutil.rmtree(output)
    return seconds


@pytest.mark.slow
def test_a_kill_at_any_moment(images, tmp_path):
    output, draw = tmp_path / "out", random.Random(3)
    seconds = usual_seconds(images, output)
    last, ends = None, []
    for number in range(KILLS):
        if number % 5 == 0 and output.exists():
            shutil.rmtree(output)
            last = None
        process = start(images, output, number)
        begin = time.monotonic()
        moment = seconds * (
            draw.uniform(0, 1) if number % 2 else draw.uniform(0.8, 1.2)
        )  # oftener when it is swapped in
        process.stdin.write(b"\n")
        time.sleep(max(0.0, begin + moment - time.monotonic()))
        process.send_signal(signal.SIGKILL)
        finished = b"done" in process.communicate()[0]
        found = records_are_whole(output)
        assert found == number if finished else found in (last, number)
        ends.append("finished" if finished else "swapped" if found == number else "old")
        last = number + 1000
        make_records(images, output, RecordOptions(seed=last, shard_bytes=SHARD_BYTES), force=True)
        assert records_are_whole(output) == last
        assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert ends.count("old") >= KILLS / 3, f"the moments miss the run: {ends}"

"""The Object Detection API's own ``dataset_tools/create_pascal_tf_record.py``, as it stands, with its own flags.

On today's TensorFlow it can't be imported alone; the bridge mends that, and its time belongs to the start-up.
"""

from __future__ import annotations

import runpy

from tfodkit.odapi.install import install

install()
runpy.run_module("object_detection.dataset_tools.create_pascal_tf_record", run_name="__main__", alter_sys=True)

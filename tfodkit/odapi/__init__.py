"""The bridge: the only package that imports ``object_detection``, ``official`` and ``tf_slim``.

The Object Detection API was written for TensorFlow 2.8, Keras 2, protobuf 3 and NumPy 1. Here it is made to run on what
is installed today, without a copy of it and without a change to its files:

- :mod:`~tfodkit.odapi.protos` loads its messages, without TensorFlow;
- :mod:`~tfodkit.odapi.install` loads TensorFlow as the API needs it and lays the mends of
  :mod:`~tfodkit.odapi.mends`; nobody imports ``object_detection`` before ``install()`` has run;
- the other modules call the API: plain values in, plain values out.

Nothing happens when this package is imported.
"""

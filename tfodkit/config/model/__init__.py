"""The parts of a config's model: its architecture, input, loss and detections."""

"""Truth and detections out of files: of anybody's model, in the forms in which people pass them on. No TensorFlow."""

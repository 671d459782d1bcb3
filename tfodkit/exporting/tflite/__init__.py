"""The TensorFlow Lite forms: what can be held, how it is converted, what the file says about itself."""

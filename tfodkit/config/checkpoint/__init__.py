"""The checkpoint that training starts from, looked into without TensorFlow."""

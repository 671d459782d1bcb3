"""The rules on a config, one module for each part of it, and what runs them all."""

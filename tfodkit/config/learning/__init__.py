"""How a model learns: optimizer, schedule, length of the run, and what stays frozen."""

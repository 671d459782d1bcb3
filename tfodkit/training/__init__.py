"""Training: the run directory, the plan, the loop, what is shown of it, and what it survives."""

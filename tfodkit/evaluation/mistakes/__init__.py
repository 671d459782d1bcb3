"""What goes wrong, and what it has to do with."""

"""The memory that training takes, foretold from a config; and what this machine has."""

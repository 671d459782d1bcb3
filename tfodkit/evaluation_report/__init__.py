"""The folder that an evaluation leaves behind: one HTML page, plots, tables, and files that other programs read."""

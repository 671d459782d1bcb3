"""``python -m tfodkit`` is ``tfodkit``."""

from tfodkit.cli.main import main

main()

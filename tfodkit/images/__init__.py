"""Image files: finding them, what they are, what is wrong with them, and mending that."""

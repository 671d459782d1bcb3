"""A model's anchors: as they are laid, held against the boxes of the records, and fitted to them."""

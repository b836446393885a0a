"""From a place to an upright picture, and to the rows of a table."""

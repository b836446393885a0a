"""From a place to an upright picture."""

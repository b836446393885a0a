"""An index to another place, or to another backbone."""

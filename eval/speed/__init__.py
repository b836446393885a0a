"""How fast: the commands on this machine, and an index as it grows."""

"""The index follows its library: once, or for ever."""

"""Training: everything that makes weights, thresholds and vocabularies."""

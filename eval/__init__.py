"""Measurement: corpora, predictions, metrics, baselines, tables and suites."""

"""`lineage train decision`: posts with known truth → evidence → a calibrated decision."""

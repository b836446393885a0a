"""What people decide: `lineage confirm`, `reject`, `ignore`, `quarantine`, and `feedback`, which lists it."""

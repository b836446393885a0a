"""What the matches are good for: labels, brand exposure, recommendation, projections, and what the network looks at."""

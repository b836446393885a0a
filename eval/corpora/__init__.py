"""Libraries and posts to measure with, and the truth about them."""

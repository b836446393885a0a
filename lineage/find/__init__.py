"""What is known of a post → candidates: assets that it may have been made from."""

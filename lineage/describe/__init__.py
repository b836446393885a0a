"""Picture → what is known of it: its parts, hashes, local features, fingerprint."""

"""What a network looks at: places of a picture that make it similar to another, and what its channels look for."""

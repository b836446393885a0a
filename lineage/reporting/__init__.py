"""What reports are made of: plots, contact sheets, pages that need nothing beside them."""

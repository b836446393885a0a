"""What is measured: the product, the product without a part, and its peers."""

"""What several subjects of supervision start from."""

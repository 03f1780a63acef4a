"""Pages of progress, one module by subject."""

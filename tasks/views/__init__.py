"""Pages of what was promised, one module by subject."""

"""May this person do that in assessment, and why not: each check raises `Denied` with the reason."""

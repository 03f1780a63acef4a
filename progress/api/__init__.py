"""Periods, reports, verdicts and figures, as the API reads and moves them."""

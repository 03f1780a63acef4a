"""Real servers for the tests: PostgreSQL, Redis, the background worker, the site, a browser."""

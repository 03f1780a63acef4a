"""The API's doors of this app, and what the doors of every app share: problems, tokens, schema, pages."""

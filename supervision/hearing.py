"""What supervision listens to. Imported when the app starts."""

"""What reminders listen to. Imported when the app starts."""

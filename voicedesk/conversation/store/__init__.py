"""What is kept on disk: conversations in SQLite, and recordings of what was said."""

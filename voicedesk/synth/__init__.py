"""The offline voice: pyttsx3 in a process of its own, and the plumbing of such processes."""

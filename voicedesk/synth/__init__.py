"""The offline voice: pyttsx3 in a process of its own."""

"""The Realtime protocol: sessions, conversations and responses, with nothing of HTTP in it."""

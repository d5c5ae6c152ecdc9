"""The built-in server: a process of its own that speaks the public API on loopback."""

"""The built-in server: a process of its own that speaks the public API on loopback.

The application starts it by `launch` and knows nothing else of it.
"""

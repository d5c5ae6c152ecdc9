"""VoiceDesk: hold a key, talk, let go, and hear the answer at once."""

__version__ = "0.1.0"

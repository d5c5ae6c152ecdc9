"""VoiceDesk: hold a key, talk, let go, and hear the answer at once."""

import os

__version__ = "0.1.0"

# Before it makes the first model, pydantic looks for plugins in all that is installed. There are none for VoiceDesk.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

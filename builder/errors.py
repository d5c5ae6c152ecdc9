"""What stops a build, in a sentence."""


class BuildError(Exception):
    """It cannot be made here; the text says why and what to do."""

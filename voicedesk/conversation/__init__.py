"""The conductor of a turn and what it keeps."""

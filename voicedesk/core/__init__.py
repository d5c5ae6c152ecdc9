"""What a turn is. Pure: no I/O, no Qt, no threads."""

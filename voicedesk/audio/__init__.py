"""Sound in and out. No Qt, no network."""

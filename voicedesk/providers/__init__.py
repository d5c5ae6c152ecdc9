"""One file for each kind of server conversation. No Qt, no sound devices."""

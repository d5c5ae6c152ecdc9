"""Makes the things that are handed to people: the folder, the archives and installers, the wheel, and their papers."""

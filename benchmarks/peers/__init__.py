"""Other frameworks' chains, each run in a process of its own with the packages of ``requirements.txt`` beside this file."""

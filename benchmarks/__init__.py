"""What the figures in the documents come from: scripts/bench runs it. Never part of the tests."""

"""The figures of the turns: where the time went, why, what it cost. Pure, but for the file of the day's cost."""

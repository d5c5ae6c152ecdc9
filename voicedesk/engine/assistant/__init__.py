"""The rule-based assistant: skills written as function tools, and the language around them. No sound, no network."""

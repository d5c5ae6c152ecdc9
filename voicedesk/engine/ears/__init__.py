"""Recognition of speech: a command grammar first, free dictation where that does not fit, in processes of their own."""

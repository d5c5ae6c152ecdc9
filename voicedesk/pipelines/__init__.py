"""How one turn is answered: words and sound in, events out."""

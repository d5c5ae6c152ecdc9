"""Numbers, arithmetic and units of measurement, exact where they can be; it knows nothing of the rest."""

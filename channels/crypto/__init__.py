"""How each messaging platform proves that a request is its own. Pure: keys in, verdict out, no clock and no network."""

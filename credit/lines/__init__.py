"""Credit lines: what was granted, what is used, what is left; frozen or open."""

"""Evidence that the books were not changed afterwards: sealed blocks, signed heads, proofs a stranger can check."""

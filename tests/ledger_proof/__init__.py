"""What shows that the ledger cannot be wrong: random operations against a model, killed writers, racing writers."""

"""What the database promises of journals that are written many at a time; the ledger's own guards stand beside it."""

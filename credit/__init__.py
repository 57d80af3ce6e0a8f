"""The credit-and-ledger module. Knows nothing of dialogue or HTTP."""

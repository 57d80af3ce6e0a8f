"""Who gets how much, at what price and why: features from the ledger, a scorecard, a policy, stored decisions."""

"""The front door, one file a feature: calls that `CreditApp` inherits."""

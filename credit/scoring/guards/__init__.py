"""What the database promises of decisions: written once, with the policy and the scorecard they were made by."""

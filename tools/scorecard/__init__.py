"""Training of the scorecard, in its own environment: data in, credit/scoring/scorecard.json out. docs/scorecard.md."""

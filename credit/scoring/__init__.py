"""How likely a customer is to default, and what follows from it: behaviour in, points, decisions and reasons out.

docs/scorecard.md, docs/scoring-features.md and docs/decisions/0012-decisions.md."""

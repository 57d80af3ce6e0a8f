"""How likely a customer is to default: behaviour of six months in, points and reasons out. docs/scorecard.md."""

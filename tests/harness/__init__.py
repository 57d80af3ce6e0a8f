"""What the tests stand on: fresh databases, and the three real processes."""

"""What `make` runs. Everything needed before the environments exist uses the standard library of Python 3.10 only."""

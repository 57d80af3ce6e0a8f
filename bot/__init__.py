"""The Rasa project: understanding and dialogue. Runs alone, in its own environment (Python 3.10)."""

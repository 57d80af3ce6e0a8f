"""Messaging apps: one pipeline for all of them, an adapter for each. `port.py` is what an adapter must be."""

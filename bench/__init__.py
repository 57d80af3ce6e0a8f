"""Measurements beside a baseline: what the database itself can do, and what others do on it."""

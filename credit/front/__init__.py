"""Calls of the module's front door, a mixin a feature."""

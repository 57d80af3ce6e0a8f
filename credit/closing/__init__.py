"""Closing a business day and opening the next."""

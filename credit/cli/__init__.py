"""The operator's command line: `python -m credit`. Reads the books, seals and proves them, reverses a journal."""

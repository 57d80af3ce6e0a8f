"""Watching over customers and the model: early warnings, what follows from them, and figures of the whole book."""

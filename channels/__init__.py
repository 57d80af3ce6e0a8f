"""The gateway: the only public door. Knows HTTP and identity; knows nothing of interest or dialogue."""

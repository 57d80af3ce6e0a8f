"""DingTalk 钉钉: robot messages by Stream (the default) or HTTP in, session webhook or robot API out."""

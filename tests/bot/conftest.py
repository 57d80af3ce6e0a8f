"""What all of the bot's tests share."""

from __future__ import annotations

from hypothesis import settings

# A busy machine must not turn a property into a matter of time.
settings.register_profile("bot", deadline=None)
settings.load_profile("bot")

"""People behind the chat: who waits for one, who is talking to one, and what that person may see."""

"""What the assistant does in a turn: slots in, a call to the credit module, response names and facts out."""

"""Repaying pay-later with a cash loan: the guards, the comparison and the one journal."""

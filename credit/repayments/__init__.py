"""Money that comes in: from whom, onto which debt, taken back when it bounces, returned when nothing is owed."""

"""The facts that diagnoses need, read from the books; the diagnoses themselves see no database."""

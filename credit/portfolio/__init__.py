"""The loan book as a whole: classes by lateness, provisions, candidates for write-off."""

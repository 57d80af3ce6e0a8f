"""Plain SQL, one file a database: blocks are appended, and nothing in them is changed."""

"""Double entry, append only. Rules are kept by the database itself; see guards/*.sql."""

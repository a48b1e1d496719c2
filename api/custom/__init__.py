"""Custom fields: what a tenant declares to know of its records, and how it is written and read."""

"""Custom fields: what a tenant wants to know of its records beyond what everyone does, and what it knows."""

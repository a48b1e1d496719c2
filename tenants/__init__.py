"""Whose data it is: tenants, their hosts, brands, clocks and keys, and the only door to the database."""

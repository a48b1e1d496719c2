"""Tenants, their keys and apps, and who asks."""

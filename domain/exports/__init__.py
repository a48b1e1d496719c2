"""Exports: whole lists, written to files in the background."""

"""One file per command, or per group of commands that have a noun in common."""

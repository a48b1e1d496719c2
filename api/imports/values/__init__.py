"""What a row gives for a field: texts with columns in them, ways from the one to the other, and what a field holds."""

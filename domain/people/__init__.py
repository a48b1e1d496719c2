"""People and the organizations they work for."""

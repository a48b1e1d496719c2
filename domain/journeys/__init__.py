"""The blueprint of a program, and the journeys it is unrolled into."""

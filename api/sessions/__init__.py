"""Sessions: their meetings, who has a seat, who came, and how many were counted."""

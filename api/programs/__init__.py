"""Programs, and the cohorts that go through them."""

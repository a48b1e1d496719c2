"""Where people talk: communities of practice, channels, posts, questions and answers."""

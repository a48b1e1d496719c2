"""What people say of it: instruments, evaluations, responses, and what they amount to."""

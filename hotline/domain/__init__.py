"""Floor 1: what is true. Plain Python, no I/O, no clock, no randomness."""

"""Floor 5: wiring, servers, workers and commands."""

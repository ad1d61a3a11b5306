"""Floor 4: the outside world, one module per thing."""

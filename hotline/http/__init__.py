"""Floor 4: the service's own HTTP, one module per reader."""

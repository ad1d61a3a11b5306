"""Floor 3: what the assistant does, one verb per module."""

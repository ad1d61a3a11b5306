"""Floor 5: stand-ins of outside platforms, for the demo and the tests. They know a channel's wire format and nothing else."""

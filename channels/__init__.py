"""Floor 4: one folder per channel, each with the same four names: wire, webhook, sender, limits."""

"""Telegram: the Bot API, in by webhook and out by sendMessage."""

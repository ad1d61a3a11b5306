"""The web chat: POST up, server-sent events down, a sequence number for every line."""

"""Stand-ins for the world outside: each implements a port of hotline.ports and nothing of our own code is patched."""

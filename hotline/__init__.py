"""Hotline: a Mandarin assistant for a city's 1999 line."""

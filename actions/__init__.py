"""Floor 4: what Rasa may ask for. Thin classes that call one service each."""

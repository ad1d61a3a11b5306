"""LINE: the Messaging API, in by webhook and out by reply or push."""

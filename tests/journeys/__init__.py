"""Citizens' days, played against real processes: Rasa, the service, the channels' simulators."""

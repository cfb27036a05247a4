"""The simulated telephone exchange: citizens who call at the real rhythm, with real sentences and real impatience."""

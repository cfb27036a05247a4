"""One folder per protocol; codecs are sans-IO and decode once, into types."""

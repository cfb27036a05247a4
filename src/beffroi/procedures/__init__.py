"""The only place where trades meet: reactions, supervision, the live picture, background services."""

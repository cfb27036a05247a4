"""An invented metropole at Dijon's scale, drawn from a seed: same seed, same bytes."""

"""What time asks of what is kept: retention, signed heads, one line an episode."""

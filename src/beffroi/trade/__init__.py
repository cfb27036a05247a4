"""What every trade signs: actions in, events out or a refusal, and the one object by which the server finds it all."""

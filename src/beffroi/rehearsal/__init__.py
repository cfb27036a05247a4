"""The rehearsal city: the other end of every protocol, over real sockets. Everything that it says is simulated."""

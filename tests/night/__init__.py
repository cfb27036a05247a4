"""A scripted operator in a real browser plays whole nights of the rehearsal."""

"""Coming to a cluster that others deployed: what it sees, what it takes over, what follows."""

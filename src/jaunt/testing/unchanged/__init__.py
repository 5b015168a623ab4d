"""Which test modules need not be run, as nothing that their tests could tell has changed since they passed."""

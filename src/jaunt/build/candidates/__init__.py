"""Further candidates of modules: those that passed all checks beside the one that landed."""

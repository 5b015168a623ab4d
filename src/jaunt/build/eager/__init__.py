"""The eager order: first requests that leave before their turn, and their answers."""

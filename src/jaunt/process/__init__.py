"""This process: work off the event loop, garbage collection, the phases of its time."""

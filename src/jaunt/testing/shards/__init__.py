"""A run of tests or checks split between machines: who does what, each one's report, and all of them as one verdict."""

"""A cluster of other machines, by Dask Distributed: checks and tests run on its workers, each in the sandbox there.

Nothing of it is loaded, and nothing of Dask, unless an address is configured.
"""

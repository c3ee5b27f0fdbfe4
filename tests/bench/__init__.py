"""Benchmarks: what we promise, as a ratio to a peer or a budget measured in the same run."""

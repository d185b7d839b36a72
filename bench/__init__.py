"""Benchmarks of a night: against the floor, against the naive way, by size and by history."""

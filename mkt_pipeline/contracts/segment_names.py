"""The segments of every use case, the best first."""

SEGMENTS = ("high", "medium", "low")

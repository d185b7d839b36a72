"""One copy of everything that the project keeps, and the way back from it."""

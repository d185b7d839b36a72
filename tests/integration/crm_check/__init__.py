"""`mkt source check`: every kind of problem is found, named and given a remedy."""

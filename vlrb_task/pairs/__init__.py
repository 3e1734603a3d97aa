"""Pairs: rows of a benchmark read, checked, keyed and filed under their subsets, with their pictures."""

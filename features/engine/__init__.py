"""Compiled sweeps over packed facts; NumPy and Numba only."""

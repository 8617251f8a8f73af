"""Services that `benchmarks/service.py` compares, and the client that calls them."""

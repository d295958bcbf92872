"""Benchmarks: run `make bench`, or `python -m benches.report --help`. README.md says how they measure."""

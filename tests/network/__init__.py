"""Nodes and the programs of others, as real processes on real sockets."""

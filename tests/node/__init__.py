"""The node as a whole: its environment, its processes, its command line."""

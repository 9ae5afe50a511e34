"""Pages on which members prove who they are, and on which new ones join."""

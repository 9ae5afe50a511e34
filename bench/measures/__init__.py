"""Each measure: what is done to the node, and the rows that come of it."""

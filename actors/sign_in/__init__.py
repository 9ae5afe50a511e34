"""How members prove who they are, and for how long that is believed."""

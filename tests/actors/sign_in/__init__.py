"""How members prove who they are."""

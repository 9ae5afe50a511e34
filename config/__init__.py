"""Settings of a node: read once from TOML and the environment, frozen, handed in."""

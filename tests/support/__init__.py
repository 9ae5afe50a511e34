"""People, servers and clocks for the tests."""

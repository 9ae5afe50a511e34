"""One test at least for each security rule of FEDERATION.md."""

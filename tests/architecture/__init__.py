"""The house's own rules: names, imports, sizes, complete documentation."""

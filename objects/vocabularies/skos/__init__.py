"""SKOS in and out: beside federation, the one place that uses rdflib; it never fetches."""

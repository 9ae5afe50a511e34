"""Vocabularies: SKOS schemes that come with the program or are imported, and their words."""

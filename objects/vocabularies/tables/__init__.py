"""Vocabularies that their publishers offer as tables: ROME, ESCO, Formacode."""

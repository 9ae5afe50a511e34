"""The wire: documents, signatures, proofs, fetching, discovery; no database, no web framework."""

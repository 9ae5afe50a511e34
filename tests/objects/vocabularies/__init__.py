"""Tests of vocabularies."""

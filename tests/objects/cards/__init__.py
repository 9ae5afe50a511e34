"""Tests of previews of links."""

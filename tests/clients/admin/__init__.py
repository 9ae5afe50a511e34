"""Tests of what administrators' apps use."""

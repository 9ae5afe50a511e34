"""Tests of reports from apps."""

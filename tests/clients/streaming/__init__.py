"""Tests of the streams for apps."""

"""Tests of the archives that members take with them."""

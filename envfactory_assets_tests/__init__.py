"""Tests: one folder a package, statements about behaviour."""

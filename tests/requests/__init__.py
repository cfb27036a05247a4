"""Tests of calls and requests."""

"""Tests of what Onshore does to an Asterisk."""

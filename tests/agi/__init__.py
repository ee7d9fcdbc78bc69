"""Tests of AGI: as it is written, and the two ways to run the call flow."""

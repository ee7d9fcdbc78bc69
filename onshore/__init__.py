"""Onshore tells a caller the country where the call is answered, and brings the call home at the press of a key."""

__version__ = "0.1.0"

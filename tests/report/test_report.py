"""Every figure of a report is a plain count of what truly happened, and leads to the calls behind it."""

from __future__ import annotations



"""What can go wrong, by who can mend it. Every error that a user sees is an OnshoreError."""

from __future__ import annotations


class OnshoreError(Exception):
    """The root of all of Onshore's errors. Its text is for the person who can mend the matter, and says what to do."""


class SiteError(OnshoreError):
    """Something in `onshore.toml` (or a file it names) is wrong: the text names the file and the key."""


class PromptError(OnshoreError):
    """A prompt's file, template, recording or speech command does not give a usable prompt."""


class BuildError(OnshoreError):
    """`build` could not finish. What was built before still stands, whole."""


class PlanError(OnshoreError):
    """`plan.json` is missing, unreadable, or of a version that this Onshore does not know."""


class AsteriskError(OnshoreError):
    """Asterisk's configuration, console or folders are not as they must be."""


class InstallError(OnshoreError):
    """Installing into Asterisk, or taking it out again, could not be done. Nothing was left half-written."""


class ReportError(OnshoreError):
    """A report cannot be made as it was asked for: the text names what was asked, and what can be."""


class LedgerError(OnshoreError):
    """The ledger cannot be reached, is of another version, or does not hold what is asked of it."""

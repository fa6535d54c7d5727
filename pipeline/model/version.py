"""The version of this program."""

PRODUCER = "searchable-pdf"
"""What every PDF of ours says made it, before the version."""

__version__ = "0.1.0"

"""Which schema this housephone knows. Revisions are numbers of four digits, so that a newer one shows."""

SCHEMA = "0001"
"""The latest revision in ``migrations/versions``; a test compares the two."""

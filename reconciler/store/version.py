"""The store's file and the schema that this housephone knows; imports nothing, so that a look is cheap.

Revisions are numbers of four digits, so that a newer one shows.
"""

FILE_NAME = "housephone.sqlite"
"""The store's file in the state folder."""

SCHEMA = "0009"
"""The latest revision in ``migrations/versions``; a test compares the two."""

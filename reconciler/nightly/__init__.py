"""The night report: what happened, what was done about it, and what is left for a person to see to.

It is made from the store and the documents alone, so that it says the same whoever asks and whether or not a
controller runs. No guest is named: rooms are enough to see to everything, and the report leaves the house by mail.
"""

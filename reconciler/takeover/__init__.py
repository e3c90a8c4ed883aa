"""Lists that another system exported, read for the day on which housephone takes its place.

sheet      a table as programs export it: its text, its columns by what they are called
mailboxes  a list of mailboxes: which are rooms, with which extension and description
calls      a list of pending wake-up calls

Nothing here knows the hotel as it is; ``reconciler.app.takingover`` does.
"""

"""The telephone side as the house sees it: rooms, messages, lamps and do-not-disturb beside the calls themselves."""

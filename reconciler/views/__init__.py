"""What people and programs see of rooms: the same entries for the command line, the page and its API.

A view is plain data made from a hotel and what the store remembers; it reads, writes and decides nothing.
"""

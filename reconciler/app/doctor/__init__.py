"""`reconcile check`: looks at everything that can be wrong before a guest notices, each with its fix.

premises   what is on this machine: folders, secrets, documents, names, safety settings
links      how the PMS links are, without a connection of our own
lines      the telephone lines: stack, certificates, passwords, ports, registrations
telephones whom the telephone side calls, what it says, and how many wake-up calls fit
handlings  what Zoom does with calls to the rooms, read once for the next two
ringtime   whether rooms ring for as long as a wake-up call does
forwarding whether calls to the rooms come to our lines; `mending` sets it
device     the name under which Zoom has our lines
account    what Zoom says: credentials, clock, scopes and plan, extensions
scopes     the table of scopes for the app in Zoom's marketplace
"""

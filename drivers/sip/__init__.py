"""Telephones over SIP. What speaks it runs in a process of its own, ``drivers.sip.worker``, at the end of a pipe."""

"""The backend pyvoip, for PBXs that are reached by plain UDP. Only ever loaded in the worker process.

pyVoIP (GPL-3, the extra ``pyvoip``) reads and writes what goes over the wire: SIP messages, session descriptions, RTP
and its sound. Its own way of waiting is not used, because most of its known faults are there: threads that outlive
their calls, answers other than 200 that are dropped, and a registration that takes whatever comes for its answer. All
waiting is ours, in one event loop (docs/decisions/pyvoip.md).
"""

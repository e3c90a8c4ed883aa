"""The backend baresip: UDP, TCP, TLS, SRTP, an outbound proxy, many accounts. Loaded in the worker process only."""

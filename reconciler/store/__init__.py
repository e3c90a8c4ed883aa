"""What must survive a restart: one ``Store`` over SQLite or PostgreSQL, and ``peek`` for a quick look.

This package imports nothing by itself, because SQLAlchemy costs a third of a second and a dry run against
a saved snapshot only needs ``rows`` and ``peek``. The class is ``reconciler.store.store.Store``.
"""

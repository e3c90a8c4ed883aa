"""The composition root: settings become a hotel, a store, a gate and a Zoom account that work together.

``offline`` needs neither network nor SQLAlchemy and starts fast; ``online`` puts the whole together. Each module
imports only what its own path needs, because an audit of a thousand rooms may take half a second in all.
"""

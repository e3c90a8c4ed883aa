"""Zoom Phone through its REST API."""

"""Prompts: what is said, in which words and with which sounds, in every language that is there."""

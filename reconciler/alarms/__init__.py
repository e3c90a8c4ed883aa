"""What must call a person who does not look: found, kept, and told once."""

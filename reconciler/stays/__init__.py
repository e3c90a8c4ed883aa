"""Who is in which room, as PMS links and desk tell it: heard, written page by page, and answered."""

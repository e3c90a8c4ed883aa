"""What Zoom last showed: frozen snapshots, UNKNOWN, leases and the cache that keeps them. Decides nothing."""

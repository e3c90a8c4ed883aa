"""What the running controller answers over HTTP: health and metrics for machines, and passes for the command line."""

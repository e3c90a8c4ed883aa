"""Makes what Zoom shows equal to what the documents say: a pure core, and the shell around it."""

"""The Zoom account: read with few calls, written one call at a time, remembered over restarts."""

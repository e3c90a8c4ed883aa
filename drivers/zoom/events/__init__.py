"""What Zoom tells by itself, by web hook or WebSocket: reasons to look again, never the truth."""

"""Pages for a browser: what they share, and each of them in a room of its own."""

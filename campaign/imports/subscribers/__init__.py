"""Import lists of subscribers: check a file, import it in parts, and undo that."""

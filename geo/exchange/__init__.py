"""How features travel: file formats, OGC documents, pasted coordinates. Knows no store and no request."""

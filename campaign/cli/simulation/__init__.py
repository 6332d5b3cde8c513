"""`flask surge simulate`: a viral day on a temporary copy of the site."""

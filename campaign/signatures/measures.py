"""How long the words of a signature can be, in letters."""

MOST_NAME = 80
MOST_COMMENT = 500
MOST_POSTAL_CODE = 16
MOST_ANSWER = 500

"""Maximum lengths of a signature's text fields, in characters."""

MAX_NAME_LENGTH = 80
MAX_COMMENT_LENGTH = 500
MAX_POSTAL_CODE_LENGTH = 16
MAX_ANSWER_LENGTH = 500

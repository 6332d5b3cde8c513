"""The form for the code from the confirmation email."""

from typing import Self

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.form import BaseForm

from campaign.http.public_form import PublicForm
from campaign.security.short_codes import CODE_LENGTH
from campaign.signatures.fields import EmailField, Missing
from campaign.text.typed_codes import read_code

# Longer than any code with spaces and dashes. What is longer is not read.
MAX_TYPED_LENGTH = 100


class CodeField(StringField):
    """A code. `code` holds it in its original form once it has the right length."""

    code = ""

    def pre_validate(self, form: BaseForm) -> None:
        """Read the code. Raise Missing."""
        typed = self.data or ""
        if not typed.strip():
            raise Missing(_l("Enter the code from the email."))
        code = read_code(typed) if len(typed) <= MAX_TYPED_LENGTH else ""
        if len(code) != CODE_LENGTH:
            raise Missing(_l("Check the code. It has eight letters and digits."))
        self.code = code


class CodeForm(PublicForm):
    """The email address that a form was sent with, and the code from the email."""

    email = EmailField(_l("Your email address"))
    code = CodeField(_l("Code from the email"))

    @classmethod
    def empty(cls) -> Self:
        """Return the form with nothing in it."""
        return cls(formdata=None)

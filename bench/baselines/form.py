"""The usual way to accept a signature: a Flask-WTF form, one row, one commit."""

import os

from flask import Flask, redirect
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import FlaskForm
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from wtforms import BooleanField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

db = SQLAlchemy()


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection, _record):
    if type(connection).__module__.startswith("sqlite3"):
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")


class Signature(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    given_name = db.Column(db.String(80), nullable=False)
    family_name = db.Column(db.String(80), nullable=False)
    email = db.Column(db.String(254), nullable=False, unique=True)
    country = db.Column(db.String(2), nullable=False)
    postal_code = db.Column(db.String(16), nullable=False)
    comment = db.Column(db.Text, nullable=False)
    name_display = db.Column(db.String(8), nullable=False)
    subscribe = db.Column(db.Boolean, nullable=False)


class SignatureForm(FlaskForm):
    class Meta:
        csrf = False

    given_name = StringField("Given name", [DataRequired(), Length(max=80)])
    family_name = StringField("Family name", [Length(max=80)])
    email = StringField("E-mail", [DataRequired(), Length(max=254)])
    country = StringField("Country", [Length(max=2)])
    postal_code = StringField("Postal code", [Length(max=16)])
    comment = TextAreaField("A few words", [Length(max=500)])
    name_display = RadioField(
        "Show my name", choices=[(word, word) for word in ("full", "initials", "counted")]
    )
    subscribe = BooleanField("News")
    version = IntegerField(validators=[Optional()])


def create_app():
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["BENCH_DATABASE_URL"]
    db.init_app(app)
    with app.app_context():
        try:
            db.create_all()
        except SQLAlchemyError:
            db.session.rollback()  # The other worker was quicker.
        db.engine.dispose()
    app.add_url_rule("/", view_func=lambda: "ready", endpoint="ready")
    app.add_url_rule("/signatures", view_func=sign, methods=["POST"])
    return app


def sign():
    form = SignatureForm()
    if not form.validate():
        return form.errors, 422
    columns = {name: value for name, value in form.data.items() if name != "version"}
    db.session.add(Signature(**columns))
    db.session.commit()
    return redirect("/", 303)

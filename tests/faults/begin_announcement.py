"""Let many people ask to be told of answers, publish one, and begin to tell them.

Usage: `python -m tests.faults.begin_announcement SLUG PEOPLE`, with the environment of the site.
"""

import sys

from campaign.petitions.queries import petition_by_slug
from tests.factories.announcements import ask_many, begin
from tests.factories.answers import make_answer
from wsgi import app


def main():
    slug, people = sys.argv[1:]
    with app.app_context():
        petition = petition_by_slug(slug)
        ask_many(petition, int(people))
        begin(make_answer(petition))


if __name__ == "__main__":
    main()

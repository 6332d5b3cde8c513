"""Resume the announcement of an answer, as an organizer does.

Usage: `python -m tests.faults.resume_announcement`, with the environment of the site.
"""

from sqlalchemy import select

from campaign.answers.announcement_models import AnswerAnnouncement
from campaign.answers.announcements import announcement_sender
from campaign.extensions import db, write
from wsgi import app


def main():
    with app.app_context():
        row_id = db.session.scalars(select(AnswerAnnouncement.id)).one()
        write(announcement_sender.resume, row_id=row_id)


if __name__ == "__main__":
    main()

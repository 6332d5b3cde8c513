"""What people subscribe to: its name on pages, and its URLs."""

from dataclasses import dataclass

from flask import url_for

from campaign.causes.models import Cause
from campaign.causes.queries import cause_by_id
from campaign.organisations.identity import Identity, identities
from campaign.subscriptions.models import Subscription, SubscriptionScope
from campaign.subscriptions.queries import organisation_of_subscription


@dataclass(frozen=True)
class NewsList:
    """What people subscribe to on a page: the news of a cause, or of all of an organisation."""

    organisation: Identity
    cause: Cause | None = None

    def url(self, page: str) -> str:
        """Return the URL of its page `subscribe`, `thanks`, `confirmed` or `stopped`."""
        if self.cause:
            return url_for(f"subscriptions.{page}", slug=self.cause.slug)
        if not self.organisation.is_host:
            return url_for(f"subscriptions.{page}_of_organisation", slug=self.organisation.slug)
        return url_for(f"subscriptions.{'subscribe_to_all' if page == 'subscribe' else page}")

    @property
    def scope(self) -> SubscriptionScope:
        """The columns of a subscription to it."""
        if self.cause:
            return SubscriptionScope(cause_id=self.cause.id, organisation_id=None)
        return SubscriptionScope(cause_id=None, organisation_id=self.organisation.id)


def list_of(subscription: Subscription) -> NewsList:
    """Return the NewsList of a subscription."""
    cause = cause_by_id(subscription.cause_id) if subscription.cause_id else None
    return NewsList(identities().of(organisation_of_subscription(subscription)), cause)

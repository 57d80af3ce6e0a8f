"""Everything a route needs, wired once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from channels.assistant import Assistant
from channels.confirm_links import ConfirmLinks
from channels.conversation import Conversation
from channels.feedback import Feedback
from channels.hub import Hub
from channels.identity import Identity
from channels.language import first_language
from channels.lenders import Lenders
from channels.limits import Limits
from channels.messaging.config import MessagingConfig
from channels.messaging.service import Messaging, Outside
from channels.metrics import Metrics
from channels.rates import RateLimiter
from channels.reminders import Reminders
from channels.staff import StaffIdentity, is_taken, may_go_elsewhere
from channels.store import Store
from channels.stream import Streams
from channels.wording import Wording
from credit.app import CreditApp
from credit.kernel.clock import Clock
from credit.kernel.database import Database, open_engine
from credit.kernel.settings import Settings


@dataclass(frozen=True, slots=True)
class Gateway:
    settings: Settings
    limits: Limits
    credit: CreditApp
    assistant: Assistant
    wording: Wording
    database: Database
    store: Store
    hub: Hub
    conversation: Conversation
    reminders: Reminders
    streams: Streams
    identity: Identity
    lenders: Lenders
    links: ConfirmLinks
    staff: StaffIdentity
    customers: RateLimiter
    addresses: RateLimiter
    metrics: Metrics
    messaging: Messaging
    feedback: Feedback
    clock_moves: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Days are closed by one call at a time."""


def wire(
    settings: Settings,
    credit: CreditApp,
    assistant: Assistant,
    clock: Clock,
    limits: Limits,
    lenders: Lenders | None = None,
    messaging: MessagingConfig | None = None,
    outside: Outside | None = None,
) -> Gateway:
    """Build the parts; touches neither the database nor the network."""
    wording = Wording.load()
    lenders = lenders or Lenders()
    database = Database(open_engine(settings.database_url))
    store = Store(database)
    hub = Hub(streams_per_customer=limits.streams_per_customer, backlog=limits.stream_backlog)
    conversation = Conversation(
        store=store,
        hub=hub,
        assistant=assistant,
        wording=wording,
        clock=clock,
        most_characters=limits.message_characters,
        with_person=lambda customer_id: is_taken(credit.ticket_of(customer_id)),
        first_language=first_language(),
    )
    links = ConfirmLinks(settings.jwt_secret, clock)
    metrics = Metrics(hub.count)
    apps = Messaging(
        messaging or MessagingConfig(),
        store=store,
        conversation=conversation,
        wording=wording,
        links=links,
        clock=clock,
        secret=settings.jwt_secret,
        registry=metrics.registry,
        customer_per_minute=limits.customer_per_minute,
        wants_person=lambda customer_id: may_go_elsewhere(credit.ticket_of(customer_id)),
        found_person=credit.withdraw_ticket,
        outside=outside or Outside(),
    )
    return Gateway(
        settings=settings,
        limits=limits,
        credit=credit,
        assistant=assistant,
        wording=wording,
        database=database,
        store=store,
        hub=hub,
        conversation=conversation,
        reminders=Reminders(credit, conversation, wording, apps, every_seconds=limits.notice_seconds),
        streams=Streams(conversation, hub, clock, limits),
        identity=Identity(settings.jwt_secret, clock, lenders),
        lenders=lenders,
        links=links,
        staff=StaffIdentity(settings.jwt_secret, clock),
        customers=RateLimiter(limits.customer_per_minute, clock),
        addresses=RateLimiter(limits.address_per_minute, clock),
        metrics=metrics,
        messaging=apps,
        feedback=Feedback(store, clock),
    )

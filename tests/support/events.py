"""Events as the table has them."""
TYPES = ("response.recorded", "response.updated", "response.reclassified", "invitation.sent", "invitation.skipped",
         "invitation.bounced", "suppression.created", "alert.raised", "alert.resolved", "webhook.disabled")
ALL = (1 << len(TYPES)) - 1
STREAMED = [name for name in TYPES if name.startswith(("response.", "alert."))]


def subscribe(service, *types, account=1):
    """As a webhook does that wants these, or all."""
    mask = sum(1 << TYPES.index(name) for name in types) if types else ALL
    service.sql("UPDATE accounts SET event_mask = %s WHERE account_id = %s", mask, account)


def events_of(service, identity):
    """What was told of an object, in the order of the feed."""
    rows = service.sql("SELECT type FROM events WHERE object_id = %s ORDER BY transaction, id", str(identity))
    return [TYPES[row[0]] for row in rows]


def count_events(service, account=1):
    return service.sql("SELECT count(*)::int FROM events WHERE account_id = %s", account)[0][0]

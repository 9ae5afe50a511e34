"""What real apps cannot do without is in what a node answers, for five apps that insist."""

from functools import cache
from pathlib import Path
from typing import Final

import orjson
import pytest

from tests.clients.answers import Answers, collect
from tests.support.fediverse import LocalNode, Network

FILE: Final = Path(__file__).parents[1] / "data/mastodon-api/client_required_fields.json"

# The kind of answer that each class of the apps reads.
READS: Final = {
    "APIError": "error", "Error": "error", "Reason": "",
    "AccessToken": "token", "OauthToken": "token", "Token": "token",
    "AppAuthorization": "new app", "AppCredentials": "new app", "InstanceApp": "new app",
    "Application": "application",
    "Account": "account", "TimelineAccount": "account", "Account.PublicRole": "role in an account",
    "AccountField": "field", "Field": "field", "StringField": "field",
    "Source": "source", "Role": "role", "Profile": "profile", "Preferences": "preferences",
    "Status": "status", "ReblogStatus": "status", "DeletedStatus": "deleted",
    "StatusContext": "context", "Context": "context",
    "StatusEdit": "edit", "StatusHistory": "edit", "StatusSource": "source text",
    "Attachment": "media", "MediaAttachment": "media", "MediaUploadResult": "media",
    "Focus": "focus", "Mention": "mention", "Emoji": "emoji", "QuoteApproval": "quote approval",
    "Card": "card", "PreviewCard": "card", "Card.Author": "author", "CardAuthor": "author",
    "PreviewCardAuthor": "author", "History": "history", "TrendingTagHistory": "history",
    "Poll": "poll", "Option": "option", "PollOption": "option",
    "Tag": "tag", "HashTag": "tag in a status", "Hashtag": "tag in a status", "TrendingTag": "tag",
    "FeaturedTag": "featured tag",
    "Relationship": "relationship", "FamiliarFollowers": "familiar", "FamiliarAccounts": "familiar",
    "Suggestion": "suggestion", "FollowSuggestion": "suggestion", "SuggestionAccount": "suggestion",
    "List": "list", "MastoList": "list", "FollowList": "list",
    "ServerFilter": "filter", "FilterKeyword": "keyword", "Keyword": "keyword",
    "FilterStatus": "filter status", "FilterResult": "filter result", "Filtered": "filter result",
    "FilterV1": "filter v1", "LegacyFilter": "filter v1",
    "Conversation": "conversation", "Marker": "marker", "Position": "marker", "Content": "marker",
    "Results": "search", "SearchResults": "search", "SearchResult": "search",
    "Announcement": "announcement", "AnnouncementReaction": "reaction", "Reaction": "reaction",
    "Notification": "notification", "MastodonNotification": "notification",
    "NotificationGroup": "group", "GroupedNotificationsResults": "grouped",
    "NotificationsPolicy": "policy", "NotificationPolicy": "policy", "Summary": "summary",
    "NotificationRequest": "request", "NotificationsRequest": "request",
    "AccountWarning": "warning", "RelationshipSeveranceEvent": "severance",
    "Report": "report", "AdminReport": "admin report",
    "PushSubscription": "push subscription", "NotificationSubscribeResult": "push subscription",
    "Subscription": "push subscription", "Alerts": "alerts",
    "ScheduledStatus": "scheduled", "StatusParams": "scheduled params",
    "Parameters": "scheduled params",
    "Instance": "instance v2", "InstanceV2": "instance v2", "InstanceV1": "instance v1",
    "URLs": "urls", "InstanceURL": "urls", "Stats": "stats", "Statistics": "stats",
    "Configuration": "configuration", "Accounts": "limits of accounts",
    "Statuses": "limits of statuses", "MediaAttachments": "limits of media",
    "Polls": "limits of polls", "Registrations": "registrations", "Contact": "contact",
    "Thumbnail": "thumbnail", "Usage": "usage", "Users": "users", "Rule": "rule",
    "InstanceRules": "rule", "ExtendedDescription": "description", "Activity": "activity",
    "NodeInfo": "nodeinfo", "Software": "software",
}  # fmt: skip
# Where an app means something else by a name than most do.
OWN_WORDS: Final = {
    ("feditext", "Filter"): "filter v1", ("mastodon-ios", "Filter"): "filter v1",
    ("icecubes", "Filter"): "filter", ("mastodon-android", "Filter"): "filter",
    ("tusky", "Filter"): "filter",
    ("feditext", "Instance"): "instance v1", ("feditext", "Usage"): "usage in nodeinfo",
    ("mastodon-ios", "NotificationPolicy"): "policy v1",
    ("mastodon-ios", "Marker"): "markers", ("mastodon-ios", "Translation"): "translation is on",
    ("tusky", "Translation"): "translation is on", ("feditext", "Tag"): "tag in a status",
    ("mastodon-ios", "Tag"): "tag in a status",
}  # fmt: skip
# What no node answers: other services, what apps send or keep to themselves, what does not exist.
ELSEWHERE: Final = {
    "catalogues of servers": "CatalogCategory CatalogDefaultInstance CatalogInstance Category "
    "DefaultServer Language Server InstanceSocial DonationCampaign DonationCampaign.Amounts",
    "made by the app": "AppAccount ServerDate NewPoll NewStatus RawStreamEvent Reason Appeal "
    "ScheduledStatusReply",
    "pushed, see push/test_sending.py": "PushNotification MastodonPushNotification",
    "translations, see instance/test_translation.py": "Translation TranslatedPoll "
    "TranslatedPollOption MediaTranslation MediaAttribute",
    "not claimed in api_versions": "AccountCollection AccountCollections CollectionItem "
    "CollectionWithAccounts WrappedCollection WrappedCollectionItem AsyncRefresh "
    "PartialAccount PartialAccountWithAvatar",
    "gone from Mastodon": "IdentityProof",
    "other programs": "PleromaMetadata",
    "there when links trend": "Link",
}
# Fields that an app works out itself, or sends, though its source names them beside the others.
OWN_FIELDS: Final = {
    "cached_display_name", "ALL:",
    # Android looks at what kind of thing was found when it has sorted the answer
    "SearchResult.type",
    # the names in Swift; what is read is `posting:default:visibility` and `content`
    "posting_default_visibility", "posting_default_sensitive", "reading_expand_media",
    "reading_expand_spoilers", "Announcement.text", "Announcement.created_at",
    "NodeInfo.open_registrations",
    # null where Mastodon gives null, to which the apps are used
    "Poll.own_votes", "Parameters.application_id", "Poll.expires_at",
}  # fmt: skip


@cache
def required() -> dict[str, dict[str, list[str]]]:
    """Per app and class the fields without which it shows nothing."""
    read: dict[str, dict[str, list[str]]] = orjson.loads(FILE.read_bytes())
    return read


def insisted_on(app: str) -> dict[str, tuple[str, list[str]]]:
    """Per class of an app the kind of answer and the fields."""
    elsewhere = {name for names in ELSEWHERE.values() for name in names.split()}
    found = {}
    for name, fields in required()[app].items():
        kind = OWN_WORDS.get((app, name)) or READS.get(name, "")
        assert kind or name in elsewhere, f"{app} reads {name}, of which nothing is said here"
        own = {one for one in fields if {one, f"{name}.{one}"} & OWN_FIELDS}
        if kind:
            found[name] = (kind, [one for one in fields if one not in own])
    return found


@pytest.fixture
async def answers(network: Network, node: LocalNode) -> Answers:
    """What a node answers when everything happened once."""
    return await collect(network, node)


async def test_what_apps_insist_on_is_there_and_not_null(answers: Answers) -> None:
    kinds = {one["type"] for one in answers["notification"]}
    wanted = {
        "mention", "status", "reblog", "follow", "follow_request", "favourite", "poll", "update",
        "quote", "admin.report", "severed_relationships", "moderation_warning",
    }  # fmt: skip
    assert wanted - kinds == set()
    lacking = set()
    for app in required():
        for name, (kind, fields) in insisted_on(app).items():
            if not answers.get(kind):
                lacking.add(f"no {kind} for {app}")
            for field in fields:
                if any(one.get(field) is None for one in answers.get(kind, ())):
                    lacking.add(f"{name}.{field} of {app} in {kind}")
    assert not lacking, "\n".join(sorted(lacking))

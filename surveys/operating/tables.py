"""Every table, imported in one place so that migrations and tests see the whole database."""

from surveys.access import models as access
from surveys.actions import models as actions
from surveys.audit import models as audit
from surveys.campaigns import ballot_box
from surveys.campaigns import models as campaigns
from surveys.campaigns.holder_mail import models as holder_mail
from surveys.campaigns.tally import models as tally
from surveys.counting import models as counting
from surveys.followup.actions.reminders import models as plan_mails
from surveys.followup.meetings import models as meetings
from surveys.instruments import models as instruments
from surveys.organisation import models as organisation
from surveys.platform import heartbeats, limit_counts
from surveys.platform.database import Base
from surveys.publishing.answer_files import models as answer_files
from surveys.release import models as release
from surveys.release.comments import models as comments
from surveys.release.history import models as history
from surveys.release.items import models as items
from surveys.release.weighting import models as weighting
from surveys.reports.proposals import models as proposals
from surveys.reports.snapshots import models as reports
from surveys.reports.year import models as card_year
from surveys.results import models as results
from surveys.scorecards import models as scorecards
from surveys.scorecards.aggregation import models as aggregation
from surveys.scorecards.cross_view import models as indicator_pairs
from surveys.scorecards.diagnosis import models as self_assessments
from surveys.scorecards.external_systems import models as external_systems
from surveys.scorecards.leader_talk import models as leader_talks
from surveys.scorecards.outline import models as card_versions
from surveys.scorecards.questions import models as line_questions
from surveys.scorecards.replies import models as measurement_replies
from surveys.scorecards.strategy_map import models as strategy_map

metadata = Base.metadata

__all__ = [
    "access",
    "actions",
    "aggregation",
    "answer_files",
    "audit",
    "ballot_box",
    "campaigns",
    "card_versions",
    "card_year",
    "comments",
    "counting",
    "external_systems",
    "heartbeats",
    "history",
    "holder_mail",
    "indicator_pairs",
    "instruments",
    "items",
    "leader_talks",
    "limit_counts",
    "line_questions",
    "measurement_replies",
    "meetings",
    "metadata",
    "organisation",
    "plan_mails",
    "proposals",
    "release",
    "reports",
    "results",
    "scorecards",
    "self_assessments",
    "strategy_map",
    "tally",
    "weighting",
]

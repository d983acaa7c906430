"""Every blueprint of the site."""

from flask import Flask

from surveys.access import password_views
from surveys.access import views as access
from surveys.access.oidc import views as oidc_views
from surveys.followup.actions import evaluation_views as action_evaluation_views
from surveys.followup.actions import index_views as plan_index_views
from surveys.followup.actions import sharing_views as action_sharing_views
from surveys.followup.actions import taking_over_views as action_taking_over_views
from surveys.followup.actions import views as plan_views
from surveys.followup.meetings import meeting_views, prepare_views, response_views, room_views
from surveys.hr import views as campaigns
from surveys.hr.accounts import provider_views, sign_in_views
from surveys.hr.accounts import views as account_views
from surveys.hr.answers import views as answer_file_views
from surveys.hr.catalogue import preview_views
from surveys.hr.catalogue import views as instrument_views
from surveys.hr.comments import views as comment_views
from surveys.hr.history import views as history_views
from surveys.hr.key_holding import views as key_holder_views
from surveys.hr.mailing import views as mailing_views
from surveys.hr.organisation import import_views as organisation_imports
from surveys.hr.organisation import leaver_views, people_views, tree_views, unit_change_views
from surveys.hr.organisation import views as organisation
from surveys.hr.paper import views as paper_views
from surveys.hr.planning import views as planning_views
from surveys.hr.planning import year_wheel
from surveys.hr.privacy import views as personal_data_views
from surveys.hr.publication import corrected_views, correction_views
from surveys.hr.publication import views as publication_views
from surveys.hr.quality import figure_views as quality_figure_views
from surveys.hr.quality import views as quality_views
from surveys.hr.reorganising import views as reorganising_views
from surveys.hr.trail import views as trail_views
from surveys.hr.weighting import views as weighting_views
from surveys.hr.who_sees import views as who_sees_views
from surveys.reports.material import package_views as material_package_views
from surveys.reports.material import views as material_views
from surveys.reports.proposals import views as proposal_views
from surveys.reports.snapshots import draft_views as report_draft_views
from surveys.reports.snapshots import public_views as public_report_views
from surveys.reports.snapshots import views as report_views
from surveys.reports.year import review_views as year_review_views
from surveys.reports.year import views as year_views
from surveys.respond import alarm, entrance, erasing, public_link, tally_views, word_pages
from surveys.respond import views as respond
from surveys.results import opened_views
from surveys.results import views as results
from surveys.results.audit_package import views as audit_package_views
from surveys.results.comments import reader_views as comment_reader_views
from surveys.results.comovement import views as comovement_views
from surveys.results.heat_map import views as heat_map_views
from surveys.results.open_pages import views as open_result_views
from surveys.results.screening import views as screening_views
from surveys.results.staff import shared_views as shared_result_views
from surveys.results.staff import views as staff_result_views
from surveys.results.telling import views as telling_views
from surveys.results.trends import views as trend_views
from surveys.scorecards import entry_views as value_entry_views
from surveys.scorecards import views as scorecards
from surveys.scorecards.cross_view import cross_views
from surveys.scorecards.diagnosis import assessment_views
from surveys.scorecards.external_systems import views as external_system_views
from surveys.scorecards.from_files import views as values_from_files_views
from surveys.scorecards.leader_talk import views as leader_talk_views
from surveys.scorecards.outline import approval_views as card_approval_views
from surveys.scorecards.outline import file_views as card_file_views
from surveys.scorecards.outline import indicator_views as card_indicator_views
from surveys.scorecards.outline import map_views as card_map_views
from surveys.scorecards.outline import setup_views as card_setup_views
from surveys.scorecards.questions import question_views
from surveys.scorecards.replies import reply_views
from surveys.scorecards.strategy_map import views as strategy_map_views
from surveys.site import home
from surveys.site.jobs import views as job_views

# Each module puts its pages on its part's blueprint; a blueprint is registered once.
_MODULES = (
    access,
    oidc_views,
    password_views,
    account_views,
    provider_views,
    sign_in_views,
    campaigns,
    answer_file_views,
    instrument_views,
    key_holder_views,
    mailing_views,
    paper_views,
    planning_views,
    preview_views,
    personal_data_views,
    publication_views,
    corrected_views,
    correction_views,
    quality_views,
    quality_figure_views,
    trail_views,
    weighting_views,
    who_sees_views,
    organisation,
    leaver_views,
    people_views,
    reorganising_views,
    tree_views,
    unit_change_views,
    organisation_imports,
    entrance,
    erasing,
    public_link,
    tally_views,
    word_pages,
    respond,
    alarm,
    audit_package_views,
    comment_views,
    comment_reader_views,
    comovement_views,
    heat_map_views,
    history_views,
    job_views,
    material_views,
    material_package_views,
    results,
    screening_views,
    opened_views,
    telling_views,
    trend_views,
    staff_result_views,
    shared_result_views,
    open_result_views,
    year_wheel,
    scorecards,
    value_entry_views,
    values_from_files_views,
    card_approval_views,
    card_file_views,
    card_indicator_views,
    card_setup_views,
    question_views,
    reply_views,
    strategy_map_views,
    card_map_views,
    leader_talk_views,
    external_system_views,
    assessment_views,
    cross_views,
    meeting_views,
    prepare_views,
    response_views,
    room_views,
    report_views,
    report_draft_views,
    public_report_views,
    proposal_views,
    year_views,
    year_review_views,
    plan_views,
    plan_index_views,
    action_evaluation_views,
    action_sharing_views,
    action_taking_over_views,
)


def register_blueprints(app: Flask) -> None:
    home.init_app(app)
    for blueprint in dict.fromkeys(module.blueprint for module in _MODULES):
        app.register_blueprint(blueprint)

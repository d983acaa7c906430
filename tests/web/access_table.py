"""Who may do what: one line for each route of the staff, and the rule that line names.

`ACCESS` is the table of `test_permissions.py`, which asks every route as every visitor about her own unit, another one
and the one above. A new route needs a line here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from surveys.access.models import HR_ROLES, Role


class About(StrEnum):
    """Whose the thing is that the address names."""

    OWN = "own unit"
    OTHER = "other unit"
    ABOVE = "unit above"


class Outcome(StrEnum):
    """How a request ends. IN: whatever the page answers somebody who may."""

    IN = "in"
    FORBIDDEN = "forbidden"
    HIDDEN = "hidden"
    SIGN_IN = "sign in"


@dataclass(frozen=True)
class AccessVisitor:
    """Somebody who asks. `role`: on her own unit, or on the one above when `at_top`; None for somebody without any."""

    name: str
    role: Role | None = None
    at_top: bool = False
    signed_in: bool = True
    is_deputy: bool = False

    @property
    def is_hr(self) -> bool:
        return self.role in HR_ROLES

    def reaches(self, about: About) -> bool:
        """Whether her role, whatever it is, is on the unit or above it."""
        return self.role is not None and (self.at_top or about is About.OWN)


VISITORS: Final = (
    AccessVisitor("administrator", Role.ADMINISTRATOR, at_top=True),
    AccessVisitor("hr", Role.HR, at_top=True),
    AccessVisitor("hr of a subtree", Role.HR),
    AccessVisitor("deputy of hr of a subtree", Role.HR, is_deputy=True),
    AccessVisitor("controller", Role.CONTROLLER),
    AccessVisitor("leader", Role.LEADER),
    AccessVisitor("representative", Role.REPRESENTATIVE),
    AccessVisitor("politician", Role.POLITICIAN),
    AccessVisitor("account without a role"),
    AccessVisitor("signed out", signed_in=False),
)

AccessRule = Callable[[AccessVisitor, About], Outcome]


def _in_if(may: bool, otherwise: Outcome = Outcome.FORBIDDEN) -> Outcome:
    return Outcome.IN if may else otherwise


def everybody(_visitor: AccessVisitor, _about: About) -> Outcome:
    return Outcome.IN


def any_account(_visitor: AccessVisitor, _about: About) -> Outcome:
    return Outcome.IN


def any_role(visitor: AccessVisitor, _about: About) -> Outcome:
    return _in_if(visitor.role is not None)


def hr_somewhere(visitor: AccessVisitor, _about: About) -> Outcome:
    """The page itself shows what is in the reader's units."""
    return _in_if(visitor.is_hr)


def hr_there(visitor: AccessVisitor, about: About) -> Outcome:
    return _in_if(visitor.is_hr and visitor.reaches(about))


def hr_above(visitor: AccessVisitor, about: About) -> Outcome:
    """Moving or ending a unit changes the unit above it; nobody is above the top."""
    return _in_if(visitor.is_hr and visitor.at_top and about is not About.ABOVE)


def hr_of_all(visitor: AccessVisitor, _about: About) -> Outcome:
    return _in_if(visitor.is_hr and visitor.at_top)


def administrator_of_all(visitor: AccessVisitor, _about: About) -> Outcome:
    return _in_if(visitor.role is Role.ADMINISTRATOR and visitor.at_top)


def administrator_somewhere(visitor: AccessVisitor, _about: About) -> Outcome:
    return _in_if(visitor.role is Role.ADMINISTRATOR)


def administrator_there(visitor: AccessVisitor, about: About) -> Outcome:
    return _in_if(visitor.role is Role.ADMINISTRATOR and visitor.reaches(about))


def hr_who_knows_the_account(visitor: AccessVisitor, about: About) -> Outcome:
    """That there is such an account is told to nobody else."""
    if not visitor.is_hr:
        return Outcome.FORBIDDEN
    return _in_if(visitor.reaches(about), Outcome.HIDDEN)


@dataclass(frozen=True)
class AccountOwner:
    """Whose account it is: her role, on which unit, or the visitor herself."""

    role: Role | None = None
    about: About = About.OWN
    is_own: bool = False


def may_change_sign_in(visitor: AccessVisitor, owner: AccountOwner) -> Outcome:
    """Whoever may give every role the owner has; nobody changes how she herself signs in."""
    if not visitor.signed_in:
        return Outcome.SIGN_IN
    if not visitor.is_hr:
        return Outcome.FORBIDDEN
    if owner.is_own:
        return Outcome.FORBIDDEN
    if owner.role is None:
        return Outcome.IN
    if not visitor.reaches(owner.about):
        return Outcome.HIDDEN
    by_hr = owner.role in {Role.LEADER, Role.REPRESENTATIVE, Role.POLITICIAN}
    return _in_if(visitor.role is Role.ADMINISTRATOR or by_hr)


OWNERS_SIGN_IN: Final = (
    "accounts.change",
    "accounts.link_to_provider",
    "accounts.make_one_time_link",
    "accounts.unlink_from_provider",
)


def its_holder(_visitor: AccessVisitor, _about: About) -> Outcome:
    """Whoever holds a share of the survey's key, and nobody here does: `test_opened_by_two.py`."""
    return Outcome.HIDDEN


def one_of_the_two(_visitor: AccessVisitor, _about: About) -> Outcome:
    """A leader and her own leader, and the address names neither here: `test_leader_talk.py`."""
    return Outcome.HIDDEN


def enters_somewhere(visitor: AccessVisitor, _about: About) -> Outcome:
    """HR, and whoever an indicator may be owned by."""
    return _in_if(visitor.is_hr or visitor.role in {Role.CONTROLLER, Role.LEADER})


def sets_up_somewhere(visitor: AccessVisitor, _about: About) -> Outcome:
    return _in_if(visitor.is_hr or visitor.role is Role.CONTROLLER)


def sets_up_at_top(visitor: AccessVisitor, _about: About) -> Outcome:
    return _in_if((visitor.is_hr or visitor.role is Role.CONTROLLER) and visitor.at_top)


def is_politician(visitor: AccessVisitor, _about: About) -> Outcome:
    return _in_if(visitor.role is Role.POLITICIAN)


def reads_proposals(visitor: AccessVisitor, _about: About) -> Outcome:
    return _in_if(visitor.is_hr or visitor.role in {Role.CONTROLLER, Role.POLITICIAN})


def sets_up_there(visitor: AccessVisitor, about: About) -> Outcome:
    return _in_if((visitor.is_hr or visitor.role is Role.CONTROLLER) and visitor.reaches(about))


def approves_there(visitor: AccessVisitor, about: About) -> Outcome:
    """Whoever sets it up, and the leader of an area that it is in."""
    return _in_if(visitor.role in {*HR_ROLES, Role.CONTROLLER, Role.LEADER} and visitor.reaches(about))


def who_asked(_visitor: AccessVisitor, _about: About) -> Outcome:
    """Whoever asked the question, and nobody has here: `test_questions_about_lines.py`."""
    return Outcome.HIDDEN


def replies_there(visitor: AccessVisitor, about: About) -> Outcome:
    """The unit's leader, a leader above, and whoever sets the card up."""
    return _in_if(visitor.role in {*HR_ROLES, Role.CONTROLLER, Role.LEADER} and visitor.reaches(about))


def reads_a_plan(visitor: AccessVisitor, _about: About) -> Outcome:
    return _in_if(visitor.role is not None and visitor.role is not Role.POLITICIAN)


def reads_the_plan(visitor: AccessVisitor, about: About) -> Outcome:
    """Everybody with a role on the unit or above it but politicians."""
    return _in_if(visitor.role is not Role.POLITICIAN and visitor.reaches(about))


def leads_the_unit(visitor: AccessVisitor, about: About) -> Outcome:
    """The unit's own leader and nobody else: each unit here has one."""
    return _in_if(visitor.role is Role.LEADER and about is About.OWN)


def represents_the_unit(visitor: AccessVisitor, about: About) -> Outcome:
    return _in_if(visitor.role is Role.REPRESENTATIVE and visitor.reaches(about))


def role_there(visitor: AccessVisitor, about: About) -> Outcome:
    return _in_if(visitor.reaches(about))


def meeting_reader_there(visitor: AccessVisitor, about: About) -> Outcome:
    """Whoever may see the result, but for politicians."""
    return _in_if(visitor.role is not Role.POLITICIAN and visitor.reaches(about))


def leads_there(visitor: AccessVisitor, about: About) -> Outcome:
    """The unit's own leader, and neither HR nor whoever leads above her."""
    return _in_if(visitor.role is Role.LEADER and visitor.reaches(about))


def represents_there(visitor: AccessVisitor, about: About) -> Outcome:
    return _in_if(visitor.role is Role.REPRESENTATIVE and visitor.reaches(about))


def answers_there(visitor: AccessVisitor, about: About) -> Outcome:
    """A controller; and a leader above a unit that has its own, who is not here: `test_meeting_choice.py`."""
    return _in_if(visitor.role is Role.CONTROLLER and visitor.reaches(about))


def day_has_come_there(visitor: AccessVisitor, about: About) -> Outcome:
    """Those whose day has come; that of representatives and politicians has not come here."""
    return _in_if(visitor.role in {*HR_ROLES, Role.CONTROLLER, Role.LEADER} and visitor.reaches(about))


def leads_or_hr_there(visitor: AccessVisitor, about: About) -> Outcome:
    return _in_if(visitor.role in {*HR_ROLES, Role.LEADER} and visitor.reaches(about))


def leads_in_the_survey(visitor: AccessVisitor, about: About) -> Outcome:
    leads = visitor.role in {*HR_ROLES, Role.LEADER}
    return _in_if(leads and (visitor.reaches(about) or about is About.ABOVE))


def role_in_the_survey(visitor: AccessVisitor, about: About) -> Outcome:
    """A survey of the whole has units of everybody's; the page shows the reader's."""
    return _in_if(visitor.role is not None and (visitor.reaches(about) or about is About.ABOVE))


def expected(rule: AccessRule, visitor: AccessVisitor, about: About) -> Outcome:
    """What the rule says. Whoever is signed out is asked to sign in, wherever it is not open to everybody."""
    if rule is not everybody and not visitor.signed_in:
        return Outcome.SIGN_IN
    return rule(visitor, about)


def _lines(rule: AccessRule, blueprint: str, names: str) -> Iterable[tuple[str, AccessRule]]:
    return ((f"{blueprint}.{name}", rule) for name in names.split())


# The respondents' pages are no staff's: the code in their address is the key (tests/anonymity). Those that programs ask
# whether Medvirk works are nobody's (tests/web/test_health.py). Of a link to a unit's result, the token is the key
# (tests/web/test_release_ladder.py).
NOT_STAFF: Final = ("respond.", "health.", "shared_results.")

ACCESS: Final[dict[str, AccessRule]] = dict(
    [
        *_lines(everybody, "access", "choose_language choose_password forgotten sign_in sign_out signed_out"),
        *_lines(everybody, "access", "oidc_begin oidc_callback oidc_continue"),
        *_lines(everybody, "home", "accessibility cookies privacy security_txt show"),
        *_lines(any_account, "access", "own_account sign_out_everywhere"),
        *_lines(hr_somewhere, "accounts", "create index leaders"),
        *_lines(
            hr_who_knows_the_account,
            "accounts",
            "activate change deactivate end_role give_role link_to_provider make_deputy make_one_time_link show "
            "sign_out unlink_from_provider",
        ),
        *_lines(hr_who_knows_the_account, "who_sees", "account"),
        *_lines(hr_there, "who_sees", "unit"),
        *_lines(hr_somewhere, "hr", "compare_versions create index instrument instruments year_wheel"),
        *_lines(
            hr_there,
            "hr",
            "add_history checklist comments confirm correct_failed correct_failed_number correct_publication "
            "corrected_figures correction deadline decide_comment delete give_reserve keys "
            "discuss_quality edit history letter_instead letters letters_again loose_codes mail_words mailing "
            "merge_in_report poster progress publication quality quality_factor quality_factor_figure "
            "quality_structure quality_structure_figure quality_years quality_years_figure questionnaire "
            "remove_public_link replace_a_code save_public_link save_reminder_plan scope separate_in_report "
            "share_out_key show stop_weighting take test_mail tick_checklist try_answering visibility ways_in "
            "weighting withdraw_declared_margin withdraw_discussion withdraw_history",
        ),
        *_lines(its_holder, "hr", "own_key"),
        *_lines(
            hr_somewhere,
            "organisation",
            "changes leavers reorganise state_change tree undo_reorganisation",
        ),
        *_lines(
            hr_there,
            "organisation",
            "create_unit erase_leaver move_people rename_unit take_change_back undo_people_move unit",
        ),
        *_lines(hr_above, "organisation", "end_unit move_unit reopen_unit"),
        *_lines(
            hr_of_all,
            "hr",
            "answer_columns answer_preview answer_progress cancel_answers start_answers take_answers",
        ),
        *_lines(
            hr_of_all,
            "organisation",
            "apply_import cancel_import import_columns import_preview left_out_lines start_import undo_import",
        ),
        *_lines(
            hr_somewhere,
            "previews",
            "choose_word deliver_answers paused receipt review save_statements start_in statements",
        ),
        *_lines(hr_somewhere, "privacy", "document document_file index retention"),
        *_lines(hr_there, "privacy", "access_file access_page"),
        *_lines(hr_who_knows_the_account, "privacy", "account_access_file account_access_page"),
        *_lines(administrator_of_all, "privacy", "delete_now"),
        *_lines(administrator_somewhere, "jobs", "index"),
        *_lines(administrator_there, "jobs", "retry_mails retry_step"),
        *_lines(any_role, "results", "index"),
        *_lines(role_there, "results", "co_movement comments unit unit_trends_figure"),
        *_lines(role_in_the_survey, "results", "all_themes all_themes_figure changes"),
        *_lines(role_there, "results", "co_movement comments staff unit"),
        *_lines(leads_or_hr_there, "results", "share_with_staff staff_poster telling telling_poster"),
        *_lines(everybody, "public_results", "figures index survey"),
        *_lines(role_in_the_survey, "results", "changes"),
        *_lines(leads_in_the_survey, "results", "opened"),
        # And the survey's representative from her day on, which has not come here: `test_audit_package.py`.
        *_lines(hr_there, "results", "audit_package"),
        *_lines(meeting_reader_there, "meetings", "prepare room"),
        *_lines(leads_there, "meetings", "choose close_vote open_vote save_choice skip_choice"),
        *_lines(represents_there, "meetings", "mark_seen"),
        *_lines(answers_there, "meetings", "answer give_answer"),
        # Not before the reader's day: `test_unit_files.py`.
        *_lines(day_has_come_there, "material", "unit_file"),
        *_lines(hr_there, "material", "all_units all_units_file all_units_progress ask_all_units"),
        *_lines(any_account, "scorecards", "index"),
        *_lines(role_there, "scorecards", "across assessment assessments_below forecast_colour reply show"),
        *_lines(any_account, "scorecards", "index leader_talks own_talk_texts questions"),
        *_lines(
            role_there, "scorecards", "assessment assessments_below forecast_colour reply show strategy_map"
        ),
        *_lines(one_of_the_two, "scorecards", "leader_talk save_leader_talk"),
        *_lines(role_there, "scorecards", "ask_question"),
        *_lines(who_asked, "scorecards", "take_question_back"),
        *_lines(replies_there, "scorecards", "answer_question give_reply save_assessment take_reply_back"),
        # On which units is looked at in `test_entering_values.py`.
        *_lines(enters_somewhere, "scorecards", "enter_values values_index withdraw_value"),
        *_lines(
            enters_somewhere,
            "scorecards",
            "send_values waiting_values left_out_values take_in_values cancel_values",
        ),
        *_lines(
            sets_up_somewhere, "scorecards", "external_systems limit_sentence new_card save_external_system"
        ),
        *_lines(
            sets_up_there,
            "scorecards",
            "begin_draft delete_draft edit_indicator save_map save_outline upload_card",
        ),
        *_lines(enters_somewhere, "scorecards", "setup_index"),
        # The unit has others below it: its leader leads an area.
        *_lines(approves_there, "scorecards", "approve_card download_card draft_map edit_outline"),
        # Which reports are listed, and which versions are read there: `test_reports.py`.
        *_lines(any_account, "reports", "index"),
        *_lines(everybody, "reports", "public_download public_index public_report"),
        *_lines(replies_there, "reports", "download show"),
        *_lines(sets_up_somewhere, "reports", "new_report remind_owners"),
        *_lines(enters_somewhere, "reports", "year year_review"),
        # The record is the top unit's.
        *_lines(sets_up_at_top, "reports", "restore_year_review save_year_review"),
        *_lines(
            sets_up_there,
            "reports",
            "correct decide_publicity delete_report edit_draft freeze_draft preview save_draft undo_draft",
        ),
        *_lines(reads_proposals, "proposals", "index"),
        # For which units is looked at in `test_proposed_indicators.py`.
        *_lines(is_politician, "proposals", "propose"),
        *_lines(sets_up_there, "proposals", "answer"),
        *_lines(reads_a_plan, "plans", "index"),
        *_lines(reads_the_plan, "plans", "calendar history show"),
        *_lines(
            leads_the_unit,
            "plans",
            "add change change_status edit evaluate give_evaluation new_action share_action sharing stop_sharing "
            "take_evaluation_back take_over_action undo",
        ),
        *_lines(represents_the_unit, "plans", "tick"),
        *_lines(hr_somewhere, "trail", "download index"),
    ]
)

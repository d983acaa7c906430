"""What a step of a survey's life is: what it is called, who may take it, what it will do, and taking it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from surveys.access.models import HR_ROLES, Role
from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.platform.database import Database
from surveys.platform.queue import JobName
from surveys.platform.texts import _

if TYPE_CHECKING:
    from surveys.publishing.opening_ballots import Progress


@dataclass(frozen=True)
class StepChoice:
    """Something HR decides on the confirmation page. `findings` say what it is about; `options` are value and words."""

    name: str
    legend: str
    options: tuple[tuple[str, str], ...]
    chosen: str
    findings: tuple[str, ...] = ()


@dataclass(frozen=True)
class StepDescription:
    """A step as its confirmation page shows it today. `consequences` say what happens.

    messages: how many mails are confirmed; when it would be another number by then, the step is not taken. choices:
    what HR decides first. page, page_link: the endpoint of a page of the survey to read first, and the words of the
    link to it. warning: why nothing will be sent, for instance. is_idle: whether there is nothing to do now, so that
    the page has no button.
    """

    heading: str
    consequences: tuple[str, ...]
    messages: int | None = None
    choices: tuple[StepChoice, ...] = ()
    warning: str = ""
    page: str = ""
    page_link: str = ""
    is_idle: bool = False


@dataclass(frozen=True)
class StepRequest:
    """A step that somebody asks for.

    messages: as in `StepDescription`. details: what HR filled in, as `LongStep` stores it. progress: told how far a
    long step has come.
    """

    db: Database
    survey_key: str
    messages: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    progress: "Progress | None" = None


def never_next(_session: Session, _survey: Survey) -> bool:
    """A step that HR takes when she wants to, beside the one that is next."""
    return False


def never_early(_survey: Survey) -> bool:
    """A step that has no day of its own."""
    return False


@dataclass(frozen=True)
class LongRun:
    """How a step is taken by the job worker when the survey is large.

    under_way: what the page says meanwhile. is_taken: whether what the stored details ask for has been done.
    made_twice: taking it again would do it again, so a worker asks `is_taken` first.
    """

    under_way: str
    is_taken: Callable[[Session, Survey, Mapping[str, Any]], bool]
    made_twice: bool = False


@dataclass(frozen=True)
class SurveyStep:
    """One step of a survey's life.

    name: in addresses and in stored long steps. label: a verb, for its button. take: does it, in transactions of its
    own, and says what was done; raises SurveyError when it cannot be done. describe: the confirmation page, None for
    a step with a form of its own. describe_chosen: the same after HR has chosen something on it. is_next, invitation:
    whether the survey waits for it, and what the survey's page says then. is_early: whether the plan has a later day
    for it, so that no page pushes it. wakes: the background job that goes on with it. long: None for a step that is
    always taken at once. own_page: the endpoint of the page where it is taken, instead of the confirmation page.
    status: where the survey stands when the step can be taken, for a step with a confirmation page.
    """

    name: str
    label: str
    take: Callable[[StepRequest], str]
    describe: Callable[[Session, Survey], StepDescription] | None = None
    describe_chosen: Callable[[Session, Survey, Mapping[str, str]], StepDescription] | None = None
    is_next: Callable[[Session, Survey], bool] = never_next
    invitation: Callable[[Survey], str] | None = None
    is_early: Callable[[Survey], bool] = never_early
    roles: tuple[Role, ...] = HR_ROLES
    wakes: JobName | None = None
    long: LongRun | None = None
    own_page: str = ""
    status: SurveyStatus | None = None


def described(
    session: Session, survey: Survey, step: SurveyStep, given: Mapping[str, str]
) -> StepDescription:
    """The step as it will be with what HR has chosen; where it does not belong now, a page that says so.

    Raises SurveyError for a step with a form of its own.
    """
    if step.status not in {None, survey.status}:
        return _out_of_turn(survey, step)
    if step.describe_chosen:
        return step.describe_chosen(session, survey, given)
    if step.describe is None:
        raise SurveyError(_("«%(step)s» har en egen side.", step=step.name))
    return step.describe(session, survey)


def _out_of_turn(survey: Survey, step: SurveyStep) -> StepDescription:
    """For an old tab and the browser's back button: nothing of what the step would have done is true any more."""
    life = list(SurveyStatus)
    is_past = step.status is not None and life.index(survey.status) > life.index(step.status)
    told = (
        _("Undersøkelsen er kommet forbi dette steget.")
        if is_past
        else _("Undersøkelsen er ikke kommet til dette steget ennå.")
    )
    return StepDescription(step.label, (told,), is_idle=True)


def in_transaction(do: Callable[[Session, Survey], str]) -> Callable[[StepRequest], str]:
    """A step that is one short transaction."""

    def take(request: StepRequest) -> str:
        with request.db.transaction() as session:
            return do(session, find_survey(session, request.survey_key))

    return take

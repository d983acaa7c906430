"""The `medvirk` command: a table of every command. Call it with the factory of `surveys.platform.application` as `obj`.

A command's module is imported when the command is used: `medvirk --help` answers at once, and `medvirk doctor` does not
wait for the libraries that count answers. `tests/architecture/test_commands.py` compares the table with the commands.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

import click


@dataclass(frozen=True)
class CommandEntry:
    """Where a command is written, as «module:name», and the first sentence of its help."""

    where: str
    short_help: str

    def command(self) -> click.Command:
        """The command itself; imports its module."""
        module, _, name = self.where.partition(":")
        found = getattr(import_module(f"surveys.{module}"), name)
        if not isinstance(found, click.Command):
            raise TypeError(f"surveys.{self.where} is no command")
        return found


# fmt: off
COMMANDS: Final[dict[str, CommandEntry]] = {
    "account": CommandEntry("access.commands:account", "Brukere som logger inn: lag, list opp, ny lenke, steng."),
    "analyse": CommandEntry("publishing.analysts.analyse_command:analyse_command", "Reliabilitet, validitet og enhetsresultater fra en fil med svar, uten database."),
    "audit-package": CommandEntry("results.audit_package.package_command:audit_package_command", "Skriver alt som er frigitt fra en undersøkelse, med et program som kontrollerer det uten Medvirk."),
    "audit-disclosure": CommandEntry("publishing.commands:audit_command", "Angriper alt som er frigitt, for å se om noe kan regnes ut om færre enn minste gruppe."),
    "backup": CommandEntry("operating.backup.commands:backup", "Tar en kryptert sikkerhetskopi av hele databasen."),
    "changes": CommandEntry("publishing.commands:changes_command", "Alle endringer siden forrige undersøkelse."),
    "check-questionnaires": CommandEntry("hr.commands:check_questionnaires", "Finner alle feil i spørreskjemaer, med fil og sted."),
    "close": CommandEntry("hr.commands:close_command", "Lukker en undersøkelse."),
    "count": CommandEntry("publishing.commands:count_command", "Teller opp en lukket undersøkelse: åpner svarene, stokker dem og ødelegger nøkkelen."),
    "create-survey": CommandEntry("hr.create_survey_command:create_survey_command", "Lager en kladd til en undersøkelse."),
    "demo": CommandEntry("demo.commands:demo", "Bygg og start den oppdiktede Fjordvik kommune, med syntetiske tall."),
    "doctor": CommandEntry("operating.commands:doctor", "Undersøker installasjonen og sier hva som må gjøres."),
    "export-microdata": CommandEntry("publishing.analysts.microdata_command:export_microdata_command", "Svarene rad for rad til analyse: .sav, .csv, .parquet, eller .zip med kodebok og skript."),
    "export-all": CommandEntry("operating.archive.commands:export_all", "Skriver alt som er kommunens eget, i åpne filer: enheter, spørreskjemaer, frigitte tall og styringskort."),
    "figures": CommandEntry("publishing.commands:figures_command", "Alle frigitte tall fra en undersøkelse."),
    "import-all": CommandEntry("operating.archive.commands:import_all", "Leser det «medvirk export-all» skrev, inn i en ny, tom installasjon."),
    "import-history": CommandEntry("release.history.commands:import_history_command", "Henter resultater av tidligere undersøkelser fra andre verktøy (CSV, XLSX)."),
    "export-scorecard": CommandEntry("scorecards.commands:export_scorecard_command", "Skriver et styringskort som YAML."),
    "import-measurements": CommandEntry("scorecards.commands:import_measurements_command", "Henter verdier til styringskortene fra CSV, XLSX eller JSON-stat 2."),
    "import-norm": CommandEntry("release.history.commands:import_norm_command", "Henter en norm: hva andre skårer (CSV, XLSX)."),
    "import-organisation": CommandEntry("hr.organisation.commands:import_organisation", "Henter enheter fra CSV, XLSX eller FINT (JSON)."),
    "import-people": CommandEntry("hr.organisation.commands:import_people_command", "Henter ansatte fra CSV, XLSX eller FINT (JSON)."),
    "import-responses": CommandEntry("publishing.commands:import_responses_command", "Henter en hel undersøkelse fra en fil med svar (CSV, XLSX, SAV)."),
    "import-scorecard": CommandEntry("scorecards.commands:import_scorecard_command", "Henter et styringskort fra en YAML-fil, eller endrer et som finnes."),
    "init": CommandEntry("operating.commands:init", "Gjør installasjonen klar: database, nøkler, kommune, og den første administratoren."),
    "invite": CommandEntry("hr.commands:invite_command", "Inviterer alle i undersøkelsens enheter som ikke er invitert før."),
    "open": CommandEntry("hr.commands:open_command", "Åpner en undersøkelse for svar."),
    "reconcile": CommandEntry("hr.commands:reconcile_command", "Avstemmer invitasjonene mot personlisten, og sender det som mangler."),
    "release": CommandEntry("publishing.commands:release_command", "Frigir tallene fra en undersøkelse."),
    "remind": CommandEntry("hr.commands:remind_command", "Sender neste påminnelse nå til dem som ikke har levert."),
    "restore": CommandEntry("operating.backup.commands:restore", "Leser en sikkerhetskopi, sier hva som er i den, og legger den tilbake i en ny, tom installasjon med --apply."),
    "retention": CommandEntry("hr.privacy.retention_command:retention_command", "Sier hva som er lagret lenge nok til å bli slettet, og sletter det med --apply."),
    "rotate-keys": CommandEntry("operating.rotating:rotate_keys", "Bytter hovednøkkelen som nøklene til åpne undersøkelser er låst med."),
    "serve": CommandEntry("operating.commands:serve", "Starter nettstedet for drift."),
    "withdraw-import": CommandEntry("release.history.commands:withdraw_import_command", "Trekker tilbake noe som er importert fra et annet verktøy."),
    "withdraw-measurements": CommandEntry("scorecards.commands:withdraw_measurements_command", "Trekker tilbake en innlesing av verdier til styringskortene."),
    "worker": CommandEntry("operating.commands:worker", "Arbeider med jobbkøen: sender e-post, lukker etter fristen, og tar store opptellinger og frigivelser."),
}
# fmt: on


class LazyGroup(click.Group):
    """A group that knows its commands from the table and imports one when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        entry = COMMANDS.get(cmd_name)
        return entry.command() if entry else None

    def invoke(self, ctx: click.Context) -> Any:
        """A setting that cannot be used is a fault of the operator's, told in a line."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            # Not loaded until something has gone wrong: `--help` needs none of it.
            from surveys.platform.config import SettingsError
            from surveys.platform.terminal import fail

            if isinstance(error, SettingsError):
                fail(str(error))
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in `--help`, with whole sentences."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name].short_help) for name in self.list_commands(ctx)])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def medvirk() -> None:
    """Undersøkelser og styringskort for kommuner."""

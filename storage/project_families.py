"""The table families of projects, as every transaction has them."""

from functools import cached_property

from storage.draft_sources import DraftSourceStatements
from storage.ports import Connection
from storage.project_dates import ProjectDateStatements
from storage.project_drafts import ProjectDraftStatements
from storage.project_entries import ProjectEntryStatements
from storage.project_files import ProjectFileStatements
from storage.project_journal import ProjectJournalStatements
from storage.project_links import ProjectLinkStatements
from storage.project_lists import ProjectListStatements
from storage.project_offers import ProjectOfferStatements
from storage.project_reports import ProjectReportStatements
from storage.projects import ProjectStatements


class ProjectFamilies:
    """What is asked of projects, within one transaction."""

    connection: Connection

    @cached_property
    def draft_sources(self) -> DraftSourceStatements:
        """Where drafts that were made from projects have their sentences from."""
        return DraftSourceStatements(self.connection)

    @cached_property
    def project_dates(self) -> ProjectDateStatements:
        """What falls due in projects, and what hangs together in them."""
        return ProjectDateStatements(self.connection)

    @cached_property
    def project_drafts(self) -> ProjectDraftStatements:
        """Notes that members are writing."""
        return ProjectDraftStatements(self.connection)

    @cached_property
    def project_entries(self) -> ProjectEntryStatements:
        """What belongs to projects."""
        return ProjectEntryStatements(self.connection)

    @cached_property
    def project_files(self) -> ProjectFileStatements:
        """Copies of the files of project entries."""
        return ProjectFileStatements(self.connection)

    @cached_property
    def project_journal(self) -> ProjectJournalStatements:
        """The journals of projects, as their pages read them."""
        return ProjectJournalStatements(self.connection)

    @cached_property
    def project_links(self) -> ProjectLinkStatements:
        """Addresses that show a project to people without an account."""
        return ProjectLinkStatements(self.connection)

    @cached_property
    def project_lists(self) -> ProjectListStatements:
        """Lists of projects as pages show them."""
        return ProjectListStatements(self.connection)

    @cached_property
    def project_offers(self) -> ProjectOfferStatements:
        """What members propose to do with projects."""
        return ProjectOfferStatements(self.connection)

    @cached_property
    def project_reports(self) -> ProjectReportStatements:
        """What reports of projects ask."""
        return ProjectReportStatements(self.connection)

    @cached_property
    def projects(self) -> ProjectStatements:
        """Project spaces and who belongs to them."""
        return ProjectStatements(self.connection)

"""A report is gathered though its job is killed at any point: the same, byte for byte (reliability, row 12).

Children of this process work on a database of their own and are killed (SIGKILL) at some statement they send;
after each death nobody sees anything of the report. What is in the end is what an undisturbed run gives, and
so is the Word file made of it.
"""

import os
import random
import signal
import sys
import traceback
import warnings
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connection, connections, transaction

from agencies.models import Role
from assessment import assembling, editing, editions
from assessment.documents.word import word_of
from assessment.models import GatheredPart, GatheringRun, ReportParagraph, ReportSection, SummaryReport
from progress.content import canonical
from tests import factories
from tests.assessment.gathered import END, accept, accept_summary
from tests.cast import body, person

SEED = 20261122
LATER = assembling.CLAIM + timedelta(seconds=1)


class Town:
    """A report that was asked for, in a database that is committed to; `now` moves past every dead claim."""

    def __init__(self):
        fgw, office = body("fgw"), person("office", Role.OFFICE, "office")
        people = {"reporter": person("fgw", Role.REPORTER, "fgw"), "office": office}
        people["approver"] = person("fgw-approver", Role.APPROVER, "fgw")
        for number in (1, 2):
            task = factories.make_task(number, leads=[fgw])
            accept(task, fgw, "2030Q4", people, problem=f"第{number}个问题。")
        accept_summary(fgw, people, benchmarking="学习杭州做法3项。")
        self.office, self.now = office, END
        self.report = assembling.begin(factories.make_year(), "annual", by=office, now=END)
        self.asked = GatheredPart.objects.get(key=assembling.ASKED).data

    def work(self):
        return assembling.work(lambda: self.now)

    def begin_again(self):
        """As if it had just been asked for, of what was accepted at the same instant."""
        self.report.runs.all().delete()
        self.report.sections.all().delete()
        SummaryReport.objects.update(state="gathering", figures={}, gathered_at=None)
        said = {"as_of": END, "asked_at": END, "asked_by": self.office, "step": "等待开始"}
        run = GatheringRun.objects.create(report=self.report, total=8, **said)
        GatheredPart.objects.create(run=run, key=assembling.ASKED, data=self.asked)

    def retry_where_parked(self):
        run = GatheringRun.objects.get()
        if run.is_parked:
            assembling.retry(run, by=self.office, now=self.now)

    def sees(self):
        """What anybody sees of the report: its state, sections, paragraphs, figures."""
        report = SummaryReport.objects.get()
        shown = ReportSection.objects.exists() or ReportParagraph.objects.exists()
        return report.state, shown, report.figures

    def written(self):
        """The report as canonical JSON."""
        sections = ReportSection.objects.filter(report=self.report).order_by("order")
        return canonical(
            {
                "sections": [
                    [each.heading, each.source, list(each.paragraphs.values_list(*WRITTEN))]
                    for each in sections
                ],
                "figures": SummaryReport.objects.get().figures,
            }
        )

    def paper(self):
        """The Word file of the report as it stands."""
        return word_of(editions.data_of(editing.with_sections(SummaryReport.objects.all()).get()))

    def dies(self, when):
        """Let a child work, which kills itself where `when` says so of a statement (its place, its SQL);
        whether it died of it."""
        connections.close_all()
        with warnings.catch_warnings():
            # Of a process with threads: the child touches none of theirs.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            self._live(when)
        _, status = os.waitpid(child, 0)
        self.now += LATER
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
        return os.WIFSIGNALED(status)

    def _live(self, when):
        code = 1
        try:
            with connection.execute_wrapper(Fate(when)):
                self.work()
            code = 0
        except BaseException:
            traceback.print_exc(file=sys.__stderr__)
        finally:
            os._exit(code)


class Fate:
    """Counts the statements that are sent, and kills its process before the one `when` says."""

    def __init__(self, when=lambda place, sql: False):
        self.when, self.place = when, 0

    def __call__(self, execute, sql, params, many, context):
        self.place += 1
        if self.when(self.place, sql):
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)


WRITTEN = ("order", "level", "text", "gathered", "sources", "chapter")


@pytest.fixture
def town(django_db_setup, django_db_blocker):
    """A Town in a copy of the test database, which is gone afterwards."""
    with django_db_blocker.unblock():
        connections.close_all()
        creation, own = connection.creation, connection.settings_dict["NAME"]
        creation.clone_test_db("killed", autoclobber=True)
        connection.settings_dict["NAME"] = creation.get_test_db_clone_settings("killed")["NAME"]
        try:
            yield Town()
        finally:
            connections.close_all()
            copy, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], own
            creation._destroy_test_db(copy, 0)
            # What the dead leave beside a file of SQLite would be taken for part of the next one.
            for left in (f"{copy}-wal", f"{copy}-shm"):
                Path(left).unlink(missing_ok=True)


def test_killed_anywhere_it_comes_to_the_same(town, count):
    kills, rng = count(400), random.Random(SEED)
    with transaction.atomic(), connection.execute_wrapper(fate := Fate()):
        assert town.work() == 1
        expected, paper = town.written(), town.paper()
        transaction.set_rollback(True)
    assert "第2个问题" in expected
    while kills:
        last = rng.randint(1, fate.place)
        if town.dies(lambda place, sql, last=last: place == last):
            kills -= 1
            assert town.sees() == ("gathering", False, {})
            town.retry_where_parked()
        else:
            assert town.written() == expected
            town.begin_again()
    town.now += LATER
    assert town.work() == 1
    assert town.written() == expected
    assert town.paper() == paper


def test_without_the_one_transaction_half_a_report_would_be_seen(town, monkeypatch):
    """The negative control: killed while it is written, with and without the guard."""

    def writing(place, sql):
        return sql.startswith("INSERT") and "assessment_reportparagraph" in sql

    assert town.dies(writing)
    assert town.sees() == ("gathering", False, {})
    monkeypatch.setattr(assembling, "transaction", SimpleNamespace(atomic=nullcontext))
    assert town.dies(writing)
    assert town.sees()[:2] == ("editing", True)

"""Reminders exactly once (reliability, row 11): processes are killed at any point, against PostgreSQL, Redis
and a mail server.

Three workers and two timetables; the broker goes away and comes back; the clock of one worker is twenty
minutes ahead. What the inbox holds and what the mail server took is compared with the rows.
"""

import itertools
import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psycopg2
import pytest

from tests.services.mailbox import Mailbox
from tests.services.postgres import Postgres
from tests.services.redis import Redis
from tests.services.site import Site

pytestmark = [pytest.mark.services, pytest.mark.timeout(7200)]

SEED = 20261012
# A Monday on which something is due, after the hour of sending; and the clock of a worker that is ahead.
MOMENT = "2026-10-12T10:00:00+08:00"
AHEAD = "2026-10-12T10:20:00+08:00"
WORKERS = ("worker-1", "worker-2", "worker-ahead")
TIMETABLES = ("timetable-1", "timetable-2")
# Of forty letters one is taken without an answer, one has its line cut before the text, two must come again.
MANNERS = ("deaf", *("take",) * 12, "busy", *("take",) * 12, "cut", *("take",) * 12, "busy")
ROWS = """
    INSERT INTO reminders_message (key, kind, channel, recipient_id, day, subject, text, url, state,
        planned_at, send_from, claim, attempts, address, message_id, error, is_demo)
    SELECT format('test:%%s:%%s', number, channel), 'news', channel,
        (SELECT id FROM agencies_user ORDER BY id OFFSET number %% 40 LIMIT 1),
        '2026-10-12', format('第%%s条消息', number), '正文', '/work/', 'planned',
        %(from)s, %(from)s, '', 0, '', '', '', false
    FROM generate_series(%(first)s, %(last)s) AS number, unnest(ARRAY['inbox', 'mail']) AS channel
"""
# The missing goals of a few tasks are told today, to their reporters, in the inbox and by mail.
DUE_TODAY = """
    UPDATE reminders_reminderrule SET is_on = kind = 'goal' AND audience @> '["reporter"]',
        every = 1, times = 250, channels = '["inbox", "mail"]';
    UPDATE agencies_user SET email = username || '@example.cn';
"""
WAITING = "SELECT count(*) FROM reminders_message WHERE state IN ('planned', 'claimed') AND send_from <= %s"
DIGESTS = "SELECT count(*) FROM reminders_message WHERE kind = 'digest'"
TICKED = (
    "SELECT count(*) FROM reminders_jobtick WHERE name = 'reminders.jobs.plan_today' AND finished_at > %s"
)


class Town:
    """The site's database, its servers and its processes, for one test."""

    def __init__(self, folder, name, mailbox, how="careful"):
        database = Postgres.copy(os.environ["TEST_POSTGRES_URL"], name, "site_template")
        self.redis = Redis().start()
        self.mailbox, self.how, self.rows = mailbox, how, 0
        self.site = Site(folder, database, f"{self.redis.url}/0", moment=MOMENT)
        self.site.environment["EMAIL_URL"] = mailbox.url
        self.connection = psycopg2.connect(database)
        self.connection.autocommit = True
        self.ask(DUE_TODAY)

    def ask(self, sql, *values):
        with self.connection.cursor() as cursor:
            cursor.execute(sql, *values)
            return cursor.fetchall() if cursor.description else None

    def add(self, number):
        """So many more messages, half of them letters."""
        first, self.rows = self.rows + 1, self.rows + number // 2
        self.ask(ROWS, {"first": first, "last": self.rows, "from": MOMENT})

    def waiting(self):
        return self.ask(WAITING, [AHEAD])[0][0]

    def close(self):
        for name in list(self.site.processes):
            self.site.kill(name)
        self.connection.close()
        self.redis.stop()

    # --- processes ---

    def start(self, *names):
        for name in names:
            self.site.moment = AHEAD if name == "worker-ahead" else MOMENT
            words = ("worker", "--concurrency", "1", "--without-mingle", "--without-gossip")
            if name in TIMETABLES:
                words = ("beat", "--schedule", str(self.site.folder / name), "--pidfile", "")
            self.site._launch(
                name, "tests.services.hurried", self.how, "--app", "suzhou_plan", "--skip-checks", *words
            )

    def kill(self, name, rng):
        """SIGKILL: mostly the child that works (its parent forks another), now and then all of it at once."""
        process = self.site.processes[name]
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        if children and rng.random() < 0.85:
            with suppress(ProcessLookupError):
                os.kill(int(rng.choice(children)), signal.SIGKILL)
        else:
            self.site.kill(name)
            self.start(name)

    def wait_until(self, reached, seconds):
        deadline = time.monotonic() + seconds
        while not reached():
            assert time.monotonic() < deadline, f"{self.waiting()} wait; {self.site.log('worker-1')[-2000:]}"
            time.sleep(0.1)

    # --- what became of it ---

    def states(self, channel):
        """{state: how many} of the messages of one's own."""
        sql = "SELECT state, count(*) FROM reminders_message WHERE channel = %s AND kind = 'news' GROUP BY 1"
        return dict(self.ask(sql, [channel]))

    def fates(self):
        """What became of each letter: {(state, how often the mail server took it): how many}."""
        taken = Counter(self.mailbox.ids())
        sent = self.ask("SELECT state, message_id FROM reminders_message WHERE channel = 'mail'")
        return Counter((state, taken[message_id]) for state, message_id in sent)


@pytest.fixture
def town(tmp_path, worker_id):
    """`town(mailbox, how)`: one of this test's own."""
    if "TEST_POSTGRES_URL" not in os.environ:
        pytest.fail("run it by bin/test --only services")
    made = []

    def make(mailbox, how="careful"):
        made.append(Town(tmp_path, f"post_{worker_id}_{how}", mailbox, how))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.mark.parametrize("seed", [SEED])
def test_nothing_is_lost_and_nothing_is_doubled_whatever_is_killed(town, count, seed):
    rng, kills, due = random.Random(seed), count(1_000), count(38_400)
    manners = itertools.cycle(MANNERS)
    with Mailbox(lambda recipient: next(manners), seconds=0.01) as mailbox:
        here = town(mailbox)
        here.add(due)
        here.start(*WORKERS, *TIMETABLES)
        here.wait_until(lambda: here.waiting() < due, 90)
        broker_goes, broker_comes = kills // 3, kills // 3 + max(2, kills // 20)
        for number in range(kills):
            if number == broker_goes:
                here.redis.process.kill()
                here.redis.process.wait()
            if number == broker_comes:
                here.redis.start()
            if here.waiting() < 60:
                here.add(120)
            time.sleep(rng.uniform(0, 0.4))
            here.kill(rng.choice((*WORKERS, *WORKERS, *TIMETABLES)), rng)
        here.wait_until(lambda: here.waiting() == 0, 120 + due / 50)
        letters = here.fates()
        assert here.states("inbox") == {"sent": here.rows}
        assert sum(here.states("mail").values()) == here.rows
        assert set(letters) <= {("sent", 1), ("doubtful", 0), ("doubtful", 1)}, letters
        assert letters["sent", 1] > here.rows / 2
        assert letters["doubtful", 1], "taken by a server that never said so: a person is asked"
        # The day was planned by two timetables through all of this; once more changes nothing.
        ((digests,),) = here.ask(DIGESTS)
        assert digests > 2
        ((before,),) = here.ask("SELECT max(finished_at) FROM reminders_jobtick")
        here.wait_until(lambda: here.ask(TICKED, [before])[0][0], 60)
        assert here.ask(DIGESTS) == [(digests,)]


def test_without_the_guard_letters_are_doubled(town):
    """The negative control: what the test above would see if a claim did not hold."""
    with Mailbox(seconds=0.05) as mailbox:
        here = town(mailbox, "careless")
        here.add(120)
        here.start("worker-1", "worker-2", "timetable-1")
        here.wait_until(lambda: any(number > 1 for _, number in here.fates()), 60)

"""How long pages take: DEMO=1 python -m tests.bench.pages

Reads the database DATABASE_URL names and changes nothing but sessions; wants one with the demonstration
history in it (bin/start makes one). Prints the median, the queries and the size of each page of the
current period, for a few kinds of people.
"""

import os
import statistics
import time

import django

TIMES = 5
PEOPLE = ("office", "fgw", "leader")
PAGES = (
    "",
    "tasks/",
    "tasks/45/",
    "returns/",
    "reviews/",
    "problems/",
    "overview/",
    "plan/",
    "goals/",
    "targets/",
)


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suzhou_plan.settings")
    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from agencies.models import User

    settings.ALLOWED_HOSTS = ["testserver"]
    people = User.objects.filter(username__in=PEOPLE)
    if not people:
        raise SystemExit("没有演示人员：请先运行 bin/start 生成演示数据，或写明 DATABASE_URL。")
    for person in people:
        client = Client()
        client.force_login(person)
        workbench = client.get("/work/").headers["Location"]
        for page in PAGES:
            with CaptureQueriesContext(connection) as asked:
                answer = client.get(workbench + page)
            queries = len(asked)
            milliseconds = statistics.median(_milliseconds(client, workbench + page) for _ in range(TIMES))
            size = len(answer.content) // 1000
            line = f"{person.username:8} {answer.status_code} {milliseconds:6.0f} 毫秒  {queries:3} 次查询"
            print(f"{line}  {size:4} kB  {workbench}{page}")  # noqa: T201


def _milliseconds(client, url):
    began = time.perf_counter()
    client.get(url)
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()

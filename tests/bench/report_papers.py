"""How long the papers of a long report take, how much memory they want: python -m tests.bench.report_papers

A report of some sixty pages with 80 tasks, made up; no database is read. Prints one line for the Word file,
one for the Excel file, where LibreOffice is there one for the PDF with its number of pages, and the most
memory the whole process ever held.
"""

import os
import re
import resource
import time
import tracemalloc

import django

TIMES = 5


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suzhou_plan.settings")
    django.setup()
    from assessment.documents import pdf
    from assessment.documents.tables import tables_of
    from assessment.documents.word import word_of
    from tests.assessment.report_data import report_data

    data = report_data(tasks=80, paragraphs=70)
    _tell("Word", lambda: word_of(data))
    _tell("附表 Excel", lambda: tables_of(data))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(f"整个进程最多占用内存 {most:.0f} MB")  # noqa: T201
    if not pdf.has_libreoffice():
        print(f"PDF：{pdf.ABSENT}")  # noqa: T201
        return
    word = word_of(data)
    began = time.perf_counter()
    made = pdf.pdf_of(word)
    pages = max(map(int, re.findall(rb"/Count (\d+)", made)), default=0)
    print(f"PDF  {time.perf_counter() - began:.2f} 秒  {len(made) / 1000:.0f} kB  {pages} 页")  # noqa: T201


def _tell(name, make):
    seconds = []
    for _ in range(TIMES):
        began = time.perf_counter()
        content = make()
        seconds.append(time.perf_counter() - began)
    tracemalloc.start()
    make()
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    line = f"{name}  最快 {min(seconds):.2f} 秒  最慢 {max(seconds):.2f} 秒"
    print(f"{line}  {len(content) / 1000:.0f} kB  内存 {peak:.0f} MB")  # noqa: T201


if __name__ == "__main__":
    main()

"""The papers of a report: Word in official form with its charts and attachments, Excel, PDF.

All are made from the report's data alone (the JSON of an edition, see `word.word_of`), the same data giving
the same bytes, whatever has changed in the database since.
"""

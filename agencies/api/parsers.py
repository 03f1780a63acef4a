"""Reading what was sent, so that any input gets an answer and none a fault."""

import json

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from agencies.api.problems import Problem

DEEPEST = 12


class Json(BaseParser):
    """A JSON object of a bounded size and depth, in plain UTF-8 text."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        """The object sent. Raises ParseError or Problem(413)."""
        request = (parser_context or {}).get("request")
        if request is not None and _length(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise Problem(413)
        try:
            return read_object(stream.read().decode("utf-8"))
        except ValueError as error:
            raise ParseError from error


def read_object(text):
    """The JSON object a text holds, within what a database and an answer can hold. Raises ParseError."""
    try:
        value = json.loads(text, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise ParseError from error
    if not isinstance(value, dict):
        raise ParseError
    _check(value)
    return value


def _length(request):
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdigit() else 0


def _refused(constant):
    raise ValueError(f"{constant} is not JSON")


def _check(value):
    """Refuses what no database and no answer could hold: half characters, and bottomless nesting."""
    waiting = [(value, 1)]
    while waiting:
        each, depth = waiting.pop()
        if depth > DEEPEST:
            raise ParseError
        if isinstance(each, dict):
            waiting += [(inner, depth + 1) for pair in each.items() for inner in pair]
        elif isinstance(each, list):
            waiting += [(inner, depth + 1) for inner in each]
        elif isinstance(each, str) and any("\ud800" <= sign <= "\udfff" for sign in each):
            raise ParseError

"""With which name the papers of supervision are signed."""

from agencies.models import Agency
from agencies.names import full_name_of


def sender(on):
    """The office's full official name on a day; "" while there is no office. Two queries."""
    office = Agency.objects.filter(kind=Agency.Kind.OFFICE).first()
    return full_name_of(office, on) if office else ""

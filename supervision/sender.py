"""With which name the papers of supervision are signed."""

from agencies.models import Agency
from agencies.names import full_name_of


def sender(on):
    """The office's full official name on a day; "" while there is no office. One query."""
    return full_name_of(Agency.objects.filter(kind=Agency.Kind.OFFICE), on)

"""Numbers of papers, per mark and year: none twice, none left out."""

from django.db import transaction
from django.db.models import F

from supervision.models import OrderSeries


def take(mark, year):
    """The next number of a series, inside the caller's transaction: the row is held until that ends, so of
    two who sign at once the second waits, and a number whose paper did not come about is the next one's."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a number is taken inside the transaction that issues")
    series, _ = OrderSeries.objects.get_or_create(mark=mark, year=year)
    OrderSeries.objects.filter(pk=series.pk).update(last=F("last") + 1)
    return OrderSeries.objects.values_list("last", flat=True).get(pk=series.pk)

"""Numbers of orders: none twice, none left out, whoever signs at once."""

import threading

import pytest
from django.db import connection, transaction

from progress.workflow import Stale, WrongState
from supervision import numbering
from supervision.models import OrderSeries, SupervisionFile, SupervisionOrder
from tests.supervision.order_life import make_order, sign, walk_order

State = SupervisionOrder.State


def fresh(order):
    return SupervisionOrder.objects.get(pk=order.pk)


@pytest.mark.django_db(transaction=True)
def test_a_number_is_only_taken_inside_a_transaction():
    with pytest.raises(transaction.TransactionManagementError):
        numbering.take("宿长三角督", 2026)


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gaps_and_no_doubles_whoever_signs_at_once(fgw, office, office2):
    """Real threads: four sign together, two more give up after they took a number, and all fit in a row."""
    both = {"office": office, "office2": office2}
    made = [walk_order(make_order(fgw, by=office), State.SIGNING, **both) for _ in range(6)]
    at_once, failed = threading.Barrier(6), []

    def signs(order, gives_up):
        try:
            at_once.wait(20)
            with transaction.atomic():
                sign(fresh(order), office)
                if gives_up:
                    raise GaveUp
        except GaveUp:
            pass
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=signs, args=(each, place < 2)) for place, each in enumerate(made)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    taken = SupervisionOrder.objects.filter(number__isnull=False).values_list("number", flat=True)
    assert sorted(taken) == [1, 2, 3, 4]
    assert OrderSeries.objects.get().last == 4
    assert SupervisionFile.objects.count() == 4


class GaveUp(Exception):
    """The web process died before it could commit."""


@pytest.mark.django_db(transaction=True)
def test_of_two_who_sign_the_same_order_one_takes_a_number(fgw, office, office2):
    order = walk_order(make_order(fgw, by=office), State.SIGNING, office=office, office2=office2)
    at_once, lost = threading.Barrier(2), []

    def signs(by):
        try:
            seen = fresh(order)
            at_once.wait(20)
            sign(seen, by)
        except (Stale, WrongState) as refusal:
            lost.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=signs, args=(each,)) for each in (office, office2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(lost) == 1
    assert (OrderSeries.objects.get().last, fresh(order).number) == (1, 1)
    assert SupervisionFile.objects.count() == 1, "the loser's scan went with it"

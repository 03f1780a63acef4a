"""The order of a list's rows, as the heads of its columns ask for it."""


def in_order(rows, wanted, orders):
    """`rows` by one of `orders`, turned round by a leading “-”; as they are where `wanted` names none.

    wanted: "due" or "-due", as it stands in the address; orders: {name: what `order_by` takes}.
    """
    fields = orders.get(wanted.removeprefix("-"))
    if fields is None:
        return rows
    ordered = rows.order_by(*fields)
    return ordered.reverse() if wanted.startswith("-") else ordered

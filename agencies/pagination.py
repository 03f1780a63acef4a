"""Pages of an API list."""

from rest_framework.pagination import PageNumberPagination


class Pages(PageNumberPagination):
    """`page` and `page_size`, 100 rows unless told, 500 at most."""

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 500

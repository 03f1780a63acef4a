"""The filters of the list of 征求意见."""

import django_filters
from django.db.models import Q

from supervision.filters import words_to_search
from supervision.models import Consultation


class ConsultationFilter(django_filters.FilterSet):
    """征求意见 by words, kind and state."""

    q = words_to_search("标题、说明或文稿")
    kind = django_filters.ChoiceFilter(choices=Consultation.Kind.choices, label="类别", empty_label="全部")
    state = django_filters.ChoiceFilter(choices=Consultation.State.choices, label="状态", empty_label="全部")

    class Meta:
        model = Consultation
        fields = ["q", "kind", "state"]

    def search(self, queryset, name, value):
        for word in value.split():
            found = Q(title__icontains=word) | Q(note__icontains=word) | Q(text__icontains=word)
            queryset = queryset.filter(found)
        return queryset

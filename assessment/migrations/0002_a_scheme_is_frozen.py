from django.db import migrations

from agencies.immutability import freeze


class Migration(migrations.Migration):
    dependencies = [("assessment", "0001_initial")]

    # A published scheme and everything it is made of stands still until it is withdrawn.
    operations = [
        freeze(
            "assessment_scheme",
            state="published",
            # Publishing and withdrawing; the year it was copied from may be removed (demonstration).
            loose=("revision", "published_at", "published_by_id", "copied_from_id"),
            parts={
                "assessment_criterion": "scheme_id",
                "assessment_vetoitem": "scheme_id",
                "assessment_exportform": "scheme_id",
                "assessment_scheme_listed": "scheme_id",
            },
        ),
    ]

from django.db import migrations

from agencies.immutability import protect


class Migration(migrations.Migration):
    dependencies = [
        ("supervision", "0006_when_an_order_was_answered"),
    ]

    operations = [
        protect("supervision", "supervision_orderstep"),
    ]

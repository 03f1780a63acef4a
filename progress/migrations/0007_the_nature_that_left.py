from django.db import migrations, models


def as_it_left(apps, schema_editor):
    """Returns that left before this was kept: what their last version says."""
    version = apps.get_model("progress", "ReportVersion")
    report = apps.get_model("progress", "ProgressReport")
    natures = {}
    left = version.objects.filter(report__left_at__isnull=False).order_by("number")
    for pk, said in left.values_list("report", "content").iterator():
        natures[pk] = said.get("nature", "")
    for nature in set(natures.values()):
        pks = [pk for pk, each in natures.items() if each == nature]
        for start in range(0, len(pks), 500):
            report.objects.filter(pk__in=pks[start : start + 500]).update(left_nature=nature)


class Migration(migrations.Migration):
    dependencies = [("progress", "0006_corrections_in_words")]

    operations = [
        migrations.AddField(
            model_name="progressreport",
            name="left_nature",
            field=models.CharField(
                "报出的填报方式", max_length=12, blank=True, default="", help_text="报出版本所写；退回后正在改写的不算。"
            ),
            preserve_default=False,
        ),
        migrations.RunPython(as_it_left, migrations.RunPython.noop),
    ]

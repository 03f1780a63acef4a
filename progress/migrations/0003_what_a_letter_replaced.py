import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("progress", "0002_the_whole_quarter"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReplacedDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("content", models.JSONField(verbose_name="内容")),
                ("replaced_at", models.DateTimeField(verbose_name="替换时间")),
                ("is_demo", models.BooleanField(default=False, editable=False, verbose_name="演示数据")),
                (
                    "replaced_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="代录人",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_drafts",
                        to="progress.progressreport",
                        verbose_name="报告",
                    ),
                ),
            ],
            options={
                "verbose_name": "被代录替换的草稿",
                "verbose_name_plural": "被代录替换的草稿",
                "ordering": ["report", "-replaced_at", "-pk"],
            },
        ),
    ]

"""The working-day calendar: only what differs from Monday to Friday, and which years are covered."""

from django.db import models


class CalendarYear(models.Model):
    """A year whose holidays and 调休 days are known. In a year without a row no due date can be computed."""

    year = models.PositiveSmallIntegerField("年份", unique=True)
    source = models.CharField("来源", max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "已公布年份"
        ordering = ["year"]

    def __str__(self):
        return f"{self.year}年"


class CalendarDay(models.Model):
    """A weekday that is off, or a weekend day that is worked (调休)."""

    day = models.DateField("日期", unique=True)
    is_working = models.BooleanField("上班")
    note = models.CharField("说明", max_length=40, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "节假日与调休"
        ordering = ["day"]

    def __str__(self):
        return f"{self.day} {'上班' if self.is_working else '放假'}"

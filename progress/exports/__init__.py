"""What leaves the house as Excel: the quarterly workbook 季度汇总.

Every number comes from `progress.figures`; what a person may not know of is not in their workbook.
"""

from .quarter import SHEETS, filename, quarter_workbook

__all__ = ["SHEETS", "filename", "quarter_workbook"]

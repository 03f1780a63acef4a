"""What the year's assessment gives out as Excel: workbooks, sheets of units, the city's forms."""

"""The keys of all reports and of all tabs."""

from engine.domain.report_definitions import REPORTS, tabs

REPORT_KEYS = tuple(report.key for report in REPORTS)
TAB_KEYS = tuple(tab.key for tab in tabs())

"""What files for other programs look like, and how these open them."""

from __future__ import annotations

from tui.flat.files.columns import RESPONSE_COLUMNS
from tui.help.blocks import Page, Terms, Title, paragraphs


def exports() -> Page:
    """Return the page on exported files."""
    return (
        *paragraphs(
            "ccmon export writes a row for each response, or the rows of a report, into files that"
            " other programs open. A response is in it once, however many transcripts it stands"
            " in; titles and prompts never are. No file has totals: sum a column."
            "\n\nTimes are UTC. The five kinds of tokens are disjoint, reasoning is inside the"
            " output. Money stands twice: costUSD in dollars, and costUSDPico in whole"
            " pico-dollars (10⁻¹² USD), whose sum is exact everywhere; it is empty where a model"
            " has no known price. Several names in one cell part by '; '. Percentages go from"
            " 0 to 100."
        ),
        Terms(
            (
                ("--parquet", "DIR/month=2026-11/responses.parquet; decimals are exact"),
                ("--csv", "DIR/month=2026-11/responses.csv, RFC 4180 in UTF-8, decimals exact"),
                ("--sqlite", "tables named by what they hold; ccmon_columns tells of columns"),
                ("--xlsx", "a sheet for each month; whole numbers beyond 2^53 stand as text"),
            )
        ),
        *paragraphs(
            "A directory is made equal to what was asked for: only months that changed are written"
            " again, each in one step, so that whoever reads meanwhile sees a whole month. Months"
            " are of UTC. A name that ends in .parquet or .csv is one file. Parquet and Excel need"
            " the extras ccmon-live[parquet] and ccmon-live[xlsx]."
        ),
        Title("Open them"),
        Terms(
            (
                ("DuckDB", "SELECT sum(costUSD) FROM 'usage/**/*.parquet'"),
                ("pandas", "read_parquet('usage', dtype_backend='pyarrow')"),
                ("Spark", "spark.read.parquet('usage')"),
                ("SQLite", "SELECT month, sum(costUSDPico) FROM responses GROUP BY month"),
            )
        ),
        Title("Columns of responses"),
        Terms(
            tuple(
                (each.name, f"{each.about}{f' ({each.unit})' if each.unit else ''}")
                for each in RESPONSE_COLUMNS
            )
        ),
    )

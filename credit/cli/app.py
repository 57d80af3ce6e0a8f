"""All commands by their names."""

from __future__ import annotations

import typer

from credit.cli import closing, correcting, decisions, portfolio, proving, reports

app = typer.Typer(
    help="The operator's view of the ledger. Finds it by DATA_DIR and DATABASE_URL, as the service does.",
    epilog="Exit codes: 0 done; 1 refused, or the books are wrong, with a sentence and its code on stderr; "
    "2 wrong usage. Amounts in JSON are integers of the currency's smallest unit, debits positive.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.command("trial-balance")(reports.show_trial_balance)
app.command("account")(reports.show_account)
app.command("journal")(reports.show_journal)
app.command("holds")(reports.show_holds)
app.command("reverse")(correcting.reverse)
app.command("close")(closing.close)
app.command("seal")(proving.seal)
app.command("verify")(proving.verify_books)
app.command("prove")(proving.prove)
app.command("prove-log")(proving.prove_continuation)
app.command("head")(proving.show_head)
app.command("public-key")(proving.show_public_key)
app.command("rotate-key")(proving.rotate_key)
app.command("rescore")(portfolio.rescore)
app.command("report")(portfolio.report)
app.add_typer(portfolio.app, name="portfolio")
app.add_typer(decisions.app, name="decisions")

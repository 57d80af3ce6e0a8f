"""Every table of the module, imported in one place so that the schema is complete."""

from credit.closing import models as closing
from credit.customers import models as customers
from credit.evidence import models as evidence
from credit.ledger import models as ledger
from credit.lines import models as lines
from credit.loans import models as loans
from credit.monitoring import models as monitoring
from credit.notices import models as notices
from credit.offers import models as offers
from credit.paylater import models as paylater
from credit.payments import models as payments
from credit.people import models as people
from credit.portfolio import models as portfolio
from credit.repayments import models as repayments
from credit.scoring import models as scoring

__all__ = [
    "closing",
    "customers",
    "evidence",
    "ledger",
    "lines",
    "loans",
    "monitoring",
    "notices",
    "offers",
    "paylater",
    "payments",
    "people",
    "portfolio",
    "repayments",
    "scoring",
]

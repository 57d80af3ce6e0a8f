"""Every table of the module, imported in one place so that the schema is complete."""

from credit.customers import models as customers
from credit.evidence import models as evidence
from credit.ledger import models as ledger
from credit.lines import models as lines
from credit.loans import models as loans
from credit.offers import models as offers
from credit.paylater import models as paylater
from credit.people import models as people

__all__ = ["customers", "evidence", "ledger", "lines", "loans", "offers", "paylater", "people"]

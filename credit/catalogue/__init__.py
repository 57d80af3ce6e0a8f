"""The lender's products as checked values, loaded from seeds/products.yml."""

from credit.catalogue.models import Catalogue
from credit.catalogue.service import load_catalogue

__all__ = ["Catalogue", "load_catalogue"]

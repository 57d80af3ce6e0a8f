"""Loading the product file."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import ValidationError

from credit.catalogue.models import Catalogue
from credit.kernel.errors import CatalogueError

DEFAULT_FILE = Path(__file__).resolve().parents[2] / "seeds" / "products.yml"


def load_catalogue(path: Path = DEFAULT_FILE) -> Catalogue:
    """Read and check a product file. Raises CatalogueError naming the place of every fault."""
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
        return Catalogue.model_validate(content)
    except yaml.YAMLError as error:
        raise CatalogueError(f"{path.name}: not YAML: {error}") from error
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise CatalogueError(f"{path.name}: {faults}") from error

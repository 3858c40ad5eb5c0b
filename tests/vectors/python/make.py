"""Writes the golden requests of this folder's senders into ../*.json. The clock stands still at vector.NOW."""

from datetime import datetime, timezone
from pathlib import Path

from freezegun import freeze_time

import ad_networks
import bodies
import libraries
import messages
import printed
from vector import NOW, write

FOLDER = Path(__file__).parent.parent

# Square checks no time, and its lazy modules do not load under a clock that stands still.
with freeze_time(datetime.fromtimestamp(NOW, timezone.utc), ignore=["square", "pydantic"]):
    for name, modules in (
        ("ad_networks", [ad_networks]),
        ("libraries_python", [libraries, bodies]),
        ("others", [messages]),
        ("printed", [printed]),
    ):
        write(FOLDER / f"{name}.json", [vector for module in modules for vector in module.vectors()])

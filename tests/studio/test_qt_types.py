"""No type of Qt is made on another thread while pyqtgraph is imported there."""

import subprocess
import sys

STORY = """
import importlib, sys, types
from PySide6.QtCore import QCoreApplication
from crackstudio.studio.qt_types import make_types
app = QCoreApplication([])
make_types(app, done=app.quit)
app.exec()
import PySide6
made = {name: set(vars(module)) for name, module in sys.modules.items() if name.startswith("PySide6.Qt")}
import pyqtgraph
for name, module in list(sys.modules.items()):
    if name.startswith("PySide6.Qt"):
        late = [one for one in set(vars(module)) - made.get(name, set()) if isinstance(vars(module)[one], type)]
        assert not late, (name, late)
print("none")
"""


def test_pyqtgraph_finds_every_type_made() -> None:
    done = subprocess.run([sys.executable, "-c", STORY], capture_output=True, text=True, check=False)
    assert done.stdout == "none\n", done.stderr

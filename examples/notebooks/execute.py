"""Run the notebooks and store their outputs, without what depends on the machine.

python examples/notebooks/execute.py
"""

from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def main() -> None:
    """Execute every notebook beside this file in place."""
    for path in sorted(HERE.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        NotebookClient(notebook, record_timing=False).execute(cwd=str(HERE))
        notebook.metadata = nbformat.from_dict(METADATA)
        nbformat.write(notebook, path)
        print(path.name)


if __name__ == "__main__":
    main()

"""``python -m workhours_sla`` runs the command ``workhours``."""

from workhours_sla.cli.main import run

if __name__ == "__main__":
    run()

"""The desk's page, made on this machine: templates, a few small scripts, no request to anywhere else."""

from reconciler.desk.page.routes import page_routes, static_files

__all__ = ["page_routes", "static_files"]

"""One module a step. Each stands alone: it never imports the tables of today."""

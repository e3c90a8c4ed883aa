"""Work split by role: PMS and telephones at the property, Zoom and page at the centre, a database in between."""

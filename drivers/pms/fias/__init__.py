"""A hotel's PMS over FIAS, the record protocol of Oracle's interface program; we are the vendor and connect."""

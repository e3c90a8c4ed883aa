"""The peers of housephone, one folder each; they know the core's Protocols and never each other."""

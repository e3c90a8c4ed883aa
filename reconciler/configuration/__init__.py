"""What the hotel has configured: housephone.yaml read, overlaid and checked, section by section."""

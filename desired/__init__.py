"""What each room should be: documents, their sources and precedence, names, targets."""

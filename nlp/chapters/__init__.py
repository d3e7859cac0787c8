"""The chapters of the draft that are about the order, substitution, challenges and provinces; each is Material -> Section."""

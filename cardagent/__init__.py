"""The officer's card reader as the counter's page sees it; shares nothing with machimado but HTTP."""

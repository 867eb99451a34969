"""Telling people: messages become in-app notes and mails, in their language, through the outbox."""

"""${Nouns}: customers ask, staff answer."""

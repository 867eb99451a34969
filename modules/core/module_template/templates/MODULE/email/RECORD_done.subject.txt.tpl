{% load i18n %}{% blocktranslate with title=record.title trimmed %}Done: {{ title }}{% endblocktranslate %}

{% load i18n %}{% blocktranslate with title=record.title trimmed %}New: {{ title }}{% endblocktranslate %}

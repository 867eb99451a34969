{% load i18n %}{% blocktranslate with title=record.title trimmed %}Not possible: {{ title }}{% endblocktranslate %}
